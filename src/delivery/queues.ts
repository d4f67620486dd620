import type { JobsOptions, Queue } from 'bullmq';
import { z } from 'zod';
import { URGENCIES, urgencySchema, type Urgency } from '../alerts/schema.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Rank } from '../push/types.ts';
import type { Redis } from '../redis/connect.ts';
import { openQueue } from '../redis/open-queue.ts';
import { MOST_KEPT_SECONDS } from './delivery-times.ts';
import { groupBy } from './group-by.ts';
import { partOf, type Part } from './ledger/retry.ts';
import { TEST_QUEUE } from './test-send/queue.ts';

export const FAN_OUT_QUEUE = 'fan-out';
/**
 * Batches and retries have a queue and places of their own for each urgency, so that a flash never waits for the place of
 * a normal job, and a push service in trouble takes no place from batches.
 */
export const pushQueueName = (urgency: Urgency): string => `push-${urgency}`;
export const retryQueueName = (urgency: Urgency): string => `push-retry-${urgency}`;
/** Deliveries to unproven subscriptions: they take no place from the others. */
export const unprovenQueueName = (urgency: Urgency): string => `push-unproven-${urgency}`;

export const QUEUE_NAMES: readonly string[] = [
  FAN_OUT_QUEUE,
  TEST_QUEUE,
  ...[pushQueueName, retryQueueName, unprovenQueueName].flatMap((nameOf) => URGENCIES.map(nameOf)),
];

const versionSchema = z.object({ alertId: z.string(), version: z.number().int(), urgency: urgencySchema });

/** `traceparent` of what asked for the job, where there are traces. */
const traced = { traceparent: z.string().max(100).optional() };

export const fanOutJobSchema = versionSchema.extend(traced);
export type FanOutJob = z.infer<typeof fanOutJobSchema>;

const pieceSchema = z.object({
  shard: z.number().int(),
  /** Slots `from` to `to`, both included; both at the edge of a byte of the shard's bitmap. */
  from: z.number().int(),
  to: z.number().int(),
});
export type Piece = z.infer<typeof pieceSchema>;

const slicesSchema = fanOutJobSchema.extend({
  batch: z.number().int(),
  pieces: z.array(pieceSchema),
  /** How long what is noted of the batch is kept. Jobs of earlier releases do not say it. */
  keepSeconds: z.number().int().default(MOST_KEPT_SECONDS),
});
/**
 * The unit of work of the push queues: slices of the audience, of all that are proven or of a part of them. A part has another
 * kind, because a worker that does not know of parts would send to all: it fails, until another worker takes the job.
 */
export const batchJobSchema = z.discriminatedUnion('kind', [
  slicesSchema.extend({ kind: z.literal('batch') }),
  slicesSchema.extend({ kind: z.literal('part'), part: z.enum(['engaged', 'others']) }),
]);
export type BatchJob = z.infer<typeof batchJobSchema>;

/** Deliveries to try again: the ledger knows which. */
export const retryJobSchema = versionSchema.extend({ kind: z.literal('retry'), retry: z.string() });
export type RetryJob = z.infer<typeof retryJobSchema>;

/** The API calls it once a version is stored. */
export interface FanOutQueue {
  /** Adding the same version again is harmless. Rejects when Redis is away: housekeeping then finishes what was accepted. */
  add(version: FanOutJob): Promise<void>;
  close(): Promise<void>;
}

export interface PushQueue {
  /** Batches of one urgency. `id` is deterministic: adding the same job again is harmless. */
  add(jobs: readonly { id: string; job: BatchJob }[]): Promise<void>;
  /** Adding the same retry again is harmless. */
  addRetries(version: FanOutJob, retries: readonly { id: string; dueAtMs: number }[]): Promise<void>;
  close(): Promise<void>;
}

/** Flash before urgent before normal, when alerts compete; of each, first the readers who open notifications. */
const RANK = { flash: [0, 1], urgent: [2, 3], normal: [4, 5] } as const satisfies Record<Urgency, Rank[]>;
export const rankOf = (urgency: Urgency, part: Part): Rank => RANK[urgency][part === 'engaged' ? 0 : 1];
/** BullMQ: 1 goes first, and 0 would go before all. */
export const priorityOf = (urgency: Urgency): number => RANK[urgency][0] + 1;

/** The outbox tries a fan-out again, so a failed job need not stay: its id would only block the next. */
const FAN_OUT_OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true };
/** A push job fails only by our fault or Redis's: it is run again until it ends. */
const PUSH_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 100,
  backoff: { type: 'fixed', delay: 1000 },
};

type Current = Pick<Tracing, 'current'>;

function withTrace<Job extends FanOutJob>(job: Job, tracing: Current): Job {
  const traceparent = tracing.current();
  return traceparent === undefined ? job : { ...job, traceparent };
}

/** Job ids must hold no colon, and must not be all digits (BullMQ). */
export const versionName = (version: { alertId: string; version: number }): string =>
  `${version.alertId}-${version.version}`;

export function openFanOutQueue({ redis, tracing }: { redis: Redis; tracing: Current }): FanOutQueue {
  const queue = openQueue(FAN_OUT_QUEUE, redis);
  return {
    add: async (version) => {
      await queue.add('fan-out', withTrace(version, tracing), {
        ...FAN_OUT_OPTIONS,
        jobId: versionName(version),
        priority: priorityOf(version.urgency),
      });
    },
    close: () => queue.close(),
  };
}

/** @param deps.now milliseconds since the epoch */
export function openPushQueue(deps: { redis: Redis; now: () => number; tracing: Current }): PushQueue {
  const open = (nameOf: (urgency: Urgency) => string): ReadonlyMap<Urgency, Queue> =>
    new Map(URGENCIES.map((urgency) => [urgency, openQueue(nameOf(urgency), deps.redis)]));
  const batches = open(pushQueueName);
  const retryQueues = open(retryQueueName);
  const unprovenQueues = open(unprovenQueueName);

  const retryJob = ({ alertId, version, urgency }: FanOutJob, id: string, dueAtMs: number) => ({
    name: 'retry',
    data: { kind: 'retry', alertId, version, urgency, retry: id } satisfies RetryJob,
    opts: { ...PUSH_OPTIONS, jobId: id, delay: Math.max(0, dueAtMs - deps.now()) },
  });

  return {
    add: async (jobs) => {
      for (const [urgency, some] of groupBy(jobs, ({ job }) => job.urgency)) {
        await batches.get(urgency)?.addBulk(
          some.map(({ id, job }) => ({
            name: job.kind,
            data: withTrace(job, deps.tracing),
            opts: { ...PUSH_OPTIONS, jobId: id },
          })),
        );
      }
    },
    addRetries: async (version, retries) => {
      const apart = groupBy(retries, ({ id }) => partOf(id) === 'unproven');
      for (const [unproven, some] of apart) {
        await (unproven ? unprovenQueues : retryQueues)
          .get(version.urgency)
          ?.addBulk(some.map(({ id, dueAtMs }) => retryJob(version, id, dueAtMs)));
      }
    },
    close: async () => {
      const queues = [batches, retryQueues, unprovenQueues].flatMap((some) => [...some.values()]);
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
