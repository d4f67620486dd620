import { Worker } from 'bullmq';
import { URGENCIES } from '../src/alerts/schema.ts';
import {
  batchJobSchema,
  pushQueueName,
  retryJobSchema,
  retryQueueName,
  unprovenQueueName,
} from '../src/delivery/queues.ts';
import { CANARY_JOB, canaryJobSchema, type CanaryJob } from '../src/delivery/canary/job.ts';
import type { PushSending } from '../src/delivery/sending/send-push.ts';
import type { Tracing } from '../src/ops/tracing.ts';
import type { Redis } from '../src/redis/connect.ts';
import { inTrace } from './in-trace.ts';
import { workerOptions } from './options.ts';
import type { WatchWorker } from './watch.ts';

/**
 * Batches of an urgency at once: while some are read from Redis, others are sent. Bounds the memory: 1,000 deliveries each.
 * More keep more messages alive, which V8 then copies again and again; fewer wait for a push service that is slow.
 */
const BATCHES = 4;
/** Retries of an urgency at once: they may wait for a push service in trouble, and take no place of a batch. */
const RETRIES = 8;
/** Retries to unproven subscriptions of an urgency at once. */
const UNPROVEN = 4;

/** Sends batches and retries. */
export function openPushWorkers(deps: {
  redis: Redis;
  tracing: Tracing;
  watch: WatchWorker;
  sending: Pick<PushSending, 'sendBatch' | 'sendRetry'>;
  sendCanary: (job: CanaryJob) => Promise<void>;
}): { close(): Promise<void> } {
  const { redis, watch, sending } = deps;
  const retryWorker = (name: string, concurrency: number): Worker =>
    new Worker(name, (job) => sending.sendRetry(retryJobSchema.parse(job.data)), {
      ...workerOptions(redis),
      concurrency,
    });
  const workers = [
    ...URGENCIES.map(
      (urgency) =>
        new Worker(
          pushQueueName(urgency),
          (job) => {
            if (job.name === CANARY_JOB) return deps.sendCanary(canaryJobSchema.parse(job.data));
            const { traceparent, ...batch } = batchJobSchema.parse(job.data);
            return inTrace(deps.tracing, 'send batch', traceparent, batch, () => sending.sendBatch(batch));
          },
          { ...workerOptions(redis), concurrency: BATCHES },
        ),
    ),
    ...URGENCIES.map((urgency) => retryWorker(retryQueueName(urgency), RETRIES)),
    ...URGENCIES.map((urgency) => retryWorker(unprovenQueueName(urgency), UNPROVEN)),
  ];
  for (const worker of workers) watch(worker, 'push job failed; it will run again');
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
