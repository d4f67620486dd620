import type { WorkerOptions } from 'bullmq';
import { QUEUE_PREFIX } from '../src/redis/keys.ts';
import type { Redis } from '../src/redis/connect.ts';

/**
 * A killed worker's job is taken over after 10 s at most instead of a minute: a job checkpoints every 250 ms, so its lock
 * need not be long. A job that was taken over many times is no worse than another, and is never given up for that.
 */
export function workerOptions(redis: Redis): WorkerOptions {
  return {
    connection: redis,
    prefix: QUEUE_PREFIX,
    lockDuration: 6000,
    // While Redis is away, the job is still ours for four seconds at least: another process that takes it sends twice what is
    // on the wire.
    lockRenewTime: 1500,
    stalledInterval: 3000,
    maxStalledCount: 1000,
    // After a lost connection: 15 s, if nothing is said.
    runRetryDelay: 500,
  };
}
