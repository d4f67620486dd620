import { Queue, Worker } from 'bullmq';
import { keepHouse, type HousekeepingDeps } from '../src/delivery/housekeeping.ts';
import { QUEUE_PREFIX } from '../src/redis/keys.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';
import type { WatchWorker } from './watch.ts';

const NAME = 'housekeeping';
const EVERY_MS = 1000;

/** Finishes what was accepted and not queued. The scheduler is one for all processes, so it runs once a second in all. */
export async function openHousekeeping(
  deps: HousekeepingDeps & { redis: Redis; watch: WatchWorker },
): Promise<{ close(): Promise<void> }> {
  const queue = new Queue(NAME, { connection: deps.redis, prefix: QUEUE_PREFIX });
  queue.on('error', () => undefined);
  await queue.upsertJobScheduler(
    NAME,
    { every: EVERY_MS },
    { opts: { removeOnComplete: true, removeOnFail: true } },
  );
  const worker = new Worker(NAME, () => keepHouse(deps), workerOptions(deps.redis));
  deps.watch(worker, 'housekeeping failed; it runs again');
  return {
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
