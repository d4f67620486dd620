import { Worker } from 'bullmq';
import { TEST_QUEUE, testJobSchema } from '../src/delivery/test-send/queue.ts';
import { sendTest, type TestSendingDeps } from '../src/delivery/test-send/send-test.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';
import type { WatchWorker } from './watch.ts';

/** Tests under way at once: each sends to ten devices at most. */
const AT_ONCE = 4;

/** Sends tests to editors' own devices. */
export function openTestWorker(deps: TestSendingDeps & { redis: Redis; watch: WatchWorker }): Worker {
  const options = { ...workerOptions(deps.redis), concurrency: AT_ONCE };
  const worker = new Worker(TEST_QUEUE, (job) => sendTest(deps, testJobSchema.parse(job.data)), options);
  return deps.watch(worker, 'a test send failed; its editor can send it again');
}
