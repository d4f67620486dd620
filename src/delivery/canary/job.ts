import { z } from 'zod';
import { FAN_OUT_QUEUE, priorityOf, pushQueueName } from '../queues.ts';
import type { Redis } from '../../redis/connect.ts';
import { openQueue } from '../../redis/open-queue.ts';

/** The name of the canary's jobs in the queues of alerts. */
export const CANARY_JOB = 'canary';

export const canaryJobSchema = z.object({
  run: z.string(),
  /** When the run began, ms since the epoch. */
  at: z.number(),
});
export type CanaryJob = z.infer<typeof canaryJobSchema>;

/** The canary goes through the queues of alerts, and so meets what an urgent alert would meet. */
export interface CanaryQueue {
  /** As the API does once a version is stored. */
  toFanOut(job: CanaryJob): Promise<void>;
  /** As the fan-out does with a batch. */
  toPush(job: CanaryJob): Promise<void>;
  close(): Promise<void>;
}

/** A run that was missed is of no use later: no job is tried again. */
const ONCE = { removeOnComplete: true, removeOnFail: true } as const;

export function openCanaryQueue(redis: Redis): CanaryQueue {
  const fanOut = openQueue(FAN_OUT_QUEUE, redis);
  const push = openQueue(pushQueueName('urgent'), redis);
  const jobId = ({ run }: CanaryJob): string => `canary-${run}`;
  return {
    toFanOut: async (job) => {
      await fanOut.add(CANARY_JOB, job, { ...ONCE, jobId: jobId(job), priority: priorityOf('urgent') });
    },
    toPush: async (job) => {
      // Before the batches of an alert to a million, which take their minutes: the canary waits for a place and no more.
      await push.add(CANARY_JOB, job, { ...ONCE, jobId: jobId(job), lifo: true });
    },
    close: async () => {
      await Promise.all([fanOut.close(), push.close()]);
    },
  };
}
