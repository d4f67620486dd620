import { Worker } from 'bullmq';
import { fanOut, type FanOutDeps } from '../src/delivery/fan-out.ts';
import { FAN_OUT_QUEUE, fanOutJobSchema } from '../src/delivery/queues.ts';
import type { Logger } from '../src/ops/logger.ts';
import type { PushSender } from '../src/push/types.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';

/** Puts accepted versions on their way. While the audience is frozen, the sender opens the connections that it will need. */
export function openFanOutWorker(
  deps: FanOutDeps & { redis: Redis; logger: Logger; sender: Pick<PushSender, 'preconnect'> },
): Worker {
  const options = { ...workerOptions(deps.redis), concurrency: 4 };
  const worker = new Worker(
    FAN_OUT_QUEUE,
    (job) => {
      deps.sender.preconnect();
      return fanOut(deps, fanOutJobSchema.parse(job.data));
    },
    options,
  );
  worker.on('failed', (job, error) => {
    deps.logger.error({ err: error, job: job?.id }, 'fan-out failed; housekeeping adds it again');
  });
  worker.on('error', (error) => deps.logger.debug({ err: error }, 'fan-out worker'));
  return worker;
}
