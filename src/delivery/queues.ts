import { Queue, type JobsOptions } from 'bullmq';
import { z } from 'zod';
import { urgencySchema, type Urgency } from '../alerts/schema.ts';
import { QUEUE_PREFIX } from '../redis/keys.ts';
import type { Redis } from '../redis/connect.ts';

export const FAN_OUT_QUEUE = 'fan-out';
export const PUSH_QUEUE = 'push';

const versionSchema = z.object({ alertId: z.string(), version: z.number().int(), urgency: urgencySchema });

export const fanOutJobSchema = versionSchema;
export type FanOutJob = z.infer<typeof fanOutJobSchema>;

const pieceSchema = z.object({
  shard: z.number().int(),
  /** Slots `from` to `to`, both included; both at the edge of a byte of the shard's bitmap. */
  from: z.number().int(),
  to: z.number().int(),
});
export type Piece = z.infer<typeof pieceSchema>;

/** The unit of work of the push queue: slices of the audience, or deliveries of one slice to try again. */
export const pushJobSchema = z.discriminatedUnion('kind', [
  versionSchema.extend({ kind: z.literal('batch'), batch: z.number().int(), pieces: z.array(pieceSchema) }),
  versionSchema.extend({
    kind: z.literal('retry'),
    /** How often a push service has been asked in vain. */
    attempt: z.number().int(),
    slots: z.array(z.tuple([z.number().int(), z.array(z.number().int())])),
  }),
]);
export type PushJob = z.infer<typeof pushJobSchema>;
export type BatchJob = Extract<PushJob, { kind: 'batch' }>;
export type RetryJob = Extract<PushJob, { kind: 'retry' }>;

/** The door of the delivery room: what the API calls once a version is stored. */
export interface FanOutQueue {
  /** Adding the same version again is harmless. Rejects when Redis is away: housekeeping then finishes what was accepted. */
  add(version: FanOutJob): Promise<void>;
  close(): Promise<void>;
}

export interface PushQueue {
  /** `id` is deterministic: adding the same job again is harmless. `delayMs`: not before. */
  add(jobs: readonly { id: string; job: PushJob; delayMs?: number }[]): Promise<void>;
  close(): Promise<void>;
}

// BullMQ: 1 goes first. Flash before urgent before normal, when alerts compete.
const PRIORITY: Record<Urgency, number> = { flash: 1, urgent: 2, normal: 3 };

/** The outbox tries a fan-out again, so a failed job need not stay: its id would only block the next. */
const FAN_OUT_OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true };
/** A push job fails only by our fault or Redis's: it is run again until it ends. */
const PUSH_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 100,
  backoff: { type: 'fixed', delay: 1000 },
};

/** Job ids must hold no colon, and must not be all digits (BullMQ). */
export const versionName = (version: { alertId: string; version: number }): string =>
  `${version.alertId}-${version.version}`;

export function openFanOutQueue(redis: Redis): FanOutQueue {
  const queue = openQueue(FAN_OUT_QUEUE, redis);
  return {
    add: async (version) => {
      await queue.add('fan-out', version, {
        ...FAN_OUT_OPTIONS,
        jobId: versionName(version),
        priority: PRIORITY[version.urgency],
      });
    },
    close: () => queue.close(),
  };
}

export function openPushQueue(redis: Redis): PushQueue {
  const queue = openQueue(PUSH_QUEUE, redis);
  return {
    add: async (jobs) => {
      await queue.addBulk(
        jobs.map(({ id, job, delayMs = 0 }) => ({
          name: job.kind,
          data: job,
          opts: { ...PUSH_OPTIONS, jobId: id, priority: PRIORITY[job.urgency], delay: delayMs },
        })),
      );
    },
    close: () => queue.close(),
  };
}

function openQueue(name: string, redis: Redis): Queue {
  const queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX });
  // The connection logs its own faults, and what was called rejects.
  queue.on('error', () => undefined);
  return queue;
}
