import { Worker } from 'bullmq';
import { PUSH_QUEUE, pushJobSchema } from '../src/delivery/queues.ts';
import { sendPush, type SendPushDeps } from '../src/delivery/send-push.ts';
import type { Logger } from '../src/ops/logger.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';

/** Jobs at once: while some wait for a slow push service, others go on. Bounds the memory: 1,000 deliveries a job. */
const CONCURRENCY = 16;

/** Sends batches and retries. */
export function openPushWorker(deps: SendPushDeps & { redis: Redis; logger: Logger }): Worker {
  const worker = new Worker(PUSH_QUEUE, (job) => sendPush(deps, pushJobSchema.parse(job.data)), {
    ...workerOptions(deps.redis),
    concurrency: CONCURRENCY,
  });
  worker.on('failed', (job, error) => {
    deps.logger.error(
      { err: error, job: job?.id, attempt: job?.attemptsMade },
      'push job failed; it is run again',
    );
  });
  worker.on('error', (error) => deps.logger.debug({ err: error }, 'push worker'));
  return worker;
}
