import { Queue } from 'bullmq';
import type { Redis } from './connect.ts';
import { QUEUE_PREFIX } from './keys.ts';

/** A queue of BullMQ, for adding jobs. */
export function openQueue(name: string, redis: Redis): Queue {
  const queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX });
  // The connection logs its own faults, and what was called rejects.
  queue.on('error', () => undefined);
  return queue;
}
