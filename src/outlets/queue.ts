import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { openQueue } from '../redis/open-queue.ts';
import { outletEventSchema, type Outlet, type OutletEvent } from './outlet.ts';

export const OUTLET_QUEUE = 'outlets';

export const tellJobSchema = z.object({
  outlet: z.string(),
  receiver: z.string(),
  event: outletEventSchema,
});
export type TellJob = z.infer<typeof tellJobSchema>;

/** Waits before each further attempt, ms: a day in all, as Standard Webhooks proposes. */
const SECOND = 1000;
const HOUR = 3600 * SECOND;
export const WAITS_MS = [
  5 * SECOND,
  300 * SECOND,
  1800 * SECOND,
  2 * HOUR,
  3 * HOUR,
  5 * HOUR,
  4 * HOUR,
  6 * HOUR,
  4 * HOUR,
];
/** A job that has ended stays so long: a fan-out that runs again then tells nobody twice, seconds. */
const REMEMBERED_S = 48 * 3600;

export interface OutletQueue {
  /** Everybody who wants to hear of it will. Announcing it again is harmless. */
  announce(event: OutletEvent): Promise<void>;
  /** Tells one receiver, whether it was told before or not. */
  tellAgain(job: TellJob): Promise<void>;
  close(): Promise<void>;
}

/** Of a job that tells somebody, for BullMQ. */
export const tellOptions = {
  attempts: WAITS_MS.length + 1,
  backoff: { type: 'custom' },
  removeOnComplete: { age: REMEMBERED_S },
  removeOnFail: { age: REMEMBERED_S },
} as const;

export function openOutletQueue(redis: Redis, outlets: readonly Outlet[]): OutletQueue {
  const queue = openQueue(OUTLET_QUEUE, redis);
  return {
    announce: async (event) => {
      const jobs = await Promise.all(
        outlets.map(async (outlet) =>
          (await outlet.receivers(event)).map((receiver) => ({
            name: outlet.name,
            data: { outlet: outlet.name, receiver, event } satisfies TellJob,
            opts: { ...tellOptions, jobId: `${outlet.name}-${receiver}-${event.id}` },
          })),
        ),
      );
      if (jobs.flat().length > 0) await queue.addBulk(jobs.flat());
    },
    tellAgain: async (job) => {
      await queue.add(job.outlet, job, tellOptions);
    },
    close: () => queue.close(),
  };
}
