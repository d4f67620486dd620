import { Queue } from 'bullmq';
import { z } from 'zod';
import { FAN_OUT_QUEUE, priorityOf, pushQueueName } from '../queues.ts';
import type { Redis } from '../../redis/connect.ts';
import { QUEUE_PREFIX } from '../../redis/keys.ts';

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
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX });
    // The connection logs its own faults, and the call rejects.
    queue.on('error', () => undefined);
    return queue;
  };
  const [fanOut, push] = [open(FAN_OUT_QUEUE), open(pushQueueName('urgent'))];
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
