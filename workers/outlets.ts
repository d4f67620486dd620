import { Worker } from 'bullmq';
import { OUTLET_QUEUE, tellJobSchema, WAITS_MS } from '../src/outlets/queue.ts';
import { NotTold, type Telling } from '../src/outlets/telling.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';

/** Attempts at once: a receiver that hangs keeps one for 15 s, and delays nobody. */
export const AT_ONCE = 50;
const JITTER = 0.2;

/** How long a job of `tellOptions` waits for its next attempt, ms. */
export function waitAfter(attemptsMade: number, _type: unknown, error: unknown): number {
  const wait = WAITS_MS[attemptsMade - 1] ?? WAITS_MS.at(-1) ?? 0;
  const wanted = error instanceof NotTold ? (error.afterMs ?? 0) : 0;
  return Math.max(wanted, Math.round(wait * (1 + Math.random() * JITTER)));
}

/** Tells webhooks and other services of versions. What was not told is no failure: its log has it. */
export function openOutletWorker(deps: { redis: Redis; telling: Telling }): Worker {
  const worker = new Worker(
    OUTLET_QUEUE,
    (job) => deps.telling(tellJobSchema.parse(job.data), job.attemptsMade + 1),
    {
      ...workerOptions(deps.redis),
      concurrency: AT_ONCE,
      settings: { backoffStrategy: waitAfter },
    },
  );
  // The connection logs its own faults.
  worker.on('error', () => undefined);
  return worker;
}
