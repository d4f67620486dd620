import { z } from 'zod';
import type { Redis } from '../../redis/connect.ts';
import { openQueue } from '../../redis/open-queue.ts';

/** Test sends have a queue of their own: no reader waits for an editor's test. */
export const TEST_QUEUE = 'test-send';

export const testJobSchema = z.object({
  editorId: z.string(),
  alertId: z.string(),
  version: z.number().int(),
  /** When the editor asked, ms since the epoch. */
  askedAt: z.number(),
});
export type TestJob = z.infer<typeof testJobSchema>;

export interface TestQueue {
  add(job: TestJob): Promise<void>;
  close(): Promise<void>;
}

export function openTestQueue(redis: Redis): TestQueue {
  const queue = openQueue(TEST_QUEUE, redis);
  return {
    add: async (job) => {
      await queue.add('test', job, { removeOnComplete: true, removeOnFail: true });
    },
    close: () => queue.close(),
  };
}
