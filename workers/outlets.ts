import { DelayedError, Worker, type Job } from 'bullmq';
import { OUTLET_QUEUE, POST_WAITS_MS, POSTS, tellJobSchema, WAITS_MS } from '../src/outlets/queue.ts';
import { NotTold, NotYet, type Telling } from '../src/outlets/telling.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';

/** Attempts at once: a receiver that hangs keeps one for 15 s, and delays nobody. */
export const AT_ONCE = 50;
const JITTER = 0.2;

/** How long a job waits for its next attempt, ms. @param type of its `backoff` */
export function waitAfter(attemptsMade: number, type: unknown, error: unknown): number {
  const waits = type === POSTS ? POST_WAITS_MS : WAITS_MS;
  const wait = waits[attemptsMade - 1] ?? waits.at(-1) ?? 0;
  const wanted = error instanceof NotTold ? (error.afterMs ?? 0) : 0;
  return Math.max(wanted, Math.round(wait * (1 + Math.random() * JITTER)));
}

async function tellOrWait(telling: Telling, job: Job, token: string | undefined): Promise<void> {
  try {
    await telling(tellJobSchema.parse(job.data), job.attemptsMade + 1);
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    await job.moveToDelayed(Date.now() + error.afterMs, token);
    throw new DelayedError();
  }
}

/** Tells webhooks and other services of versions. What was not told is no failure: its log has it. */
export function openOutletWorker(deps: { redis: Redis; telling: Telling }): Worker {
  const worker = new Worker(OUTLET_QUEUE, (job, token) => tellOrWait(deps.telling, job, token), {
    ...workerOptions(deps.redis),
    concurrency: AT_ONCE,
    settings: { backoffStrategy: waitAfter },
  });
  // The connection logs its own faults.
  worker.on('error', () => undefined);
  return worker;
}
