import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { openQueue } from '../redis/open-queue.ts';
import { outletEventSchema, type Teller, type OutletEvent } from './teller.ts';

export const OUTLET_QUEUE = 'outlets';

/** The teller whose receivers are outlets. */
export const POSTS = 'post';

export const tellJobSchema = z.object({
  /** The teller's name. The field is called so because tellers were once called outlets. */
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
/** A post that is late is little worth: alerts expire, after an hour if nothing else is said. */
const MINUTE = 60 * SECOND;
const FIRST_HOUR = [5, 15, 30, 60, 120, 300, 300, 600, 600, 900].map((seconds) => seconds * SECOND);
export const POST_WAITS_MS = [...FIRST_HOUR, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 9 * HOUR];
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

const optionsFor = (teller: string) =>
  teller === POSTS
    ? { ...tellOptions, attempts: POST_WAITS_MS.length + 1, backoff: { type: POSTS } }
    : tellOptions;

export function openOutletQueue(redis: Redis, tellers: readonly Teller[]): OutletQueue {
  const queue = openQueue(OUTLET_QUEUE, redis);
  return {
    announce: async (event) => {
      const jobs = await Promise.all(
        tellers.map(async (teller) =>
          (await teller.receivers(event)).map((receiver) => ({
            name: teller.name,
            data: { outlet: teller.name, receiver, event } satisfies TellJob,
            opts: { ...optionsFor(teller.name), jobId: `${teller.name}-${receiver}-${event.id}` },
          })),
        ),
      );
      if (jobs.flat().length > 0) await queue.addBulk(jobs.flat());
    },
    tellAgain: async (job) => {
      await queue.add(job.outlet, job, optionsFor(job.outlet));
    },
    close: () => queue.close(),
  };
}
