import { Worker } from 'bullmq';
import { fanOut, type FanOutDeps } from '../src/delivery/fan-out/fan-out.ts';
import { FAN_OUT_QUEUE, fanOutJobSchema } from '../src/delivery/queues.ts';
import type { PushSender } from '../src/push/types.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';
import type { WatchWorker } from './watch.ts';

/** Puts accepted versions on their way. While the audience is frozen, the sender opens the connections that it will need. */
export function openFanOutWorker(
  deps: FanOutDeps & { redis: Redis; watch: WatchWorker; sender: Pick<PushSender, 'preconnect'> },
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
  return deps.watch(worker, 'fan-out failed; housekeeping will add it again');
}
