import { Worker } from 'bullmq';
import { fanOut, type FanOutDeps } from '../src/delivery/fan-out/fan-out.ts';
import { FAN_OUT_QUEUE, fanOutJobSchema } from '../src/delivery/queues.ts';
import { CANARY_JOB, canaryJobSchema, type CanaryQueue } from '../src/delivery/canary/job.ts';
import type { Channels } from '../src/channels/channels.ts';
import type { Tracing } from '../src/ops/tracing.ts';
import type { Redis } from '../src/redis/connect.ts';
import { inTrace } from './in-trace.ts';
import { workerOptions } from './options.ts';
import type { WatchWorker } from './watch.ts';

/** Puts accepted versions on their way. While the audience is frozen, the channels open the connections that they will need. */
export function openFanOutWorker(
  deps: FanOutDeps & {
    redis: Redis;
    tracing: Tracing;
    watch: WatchWorker;
    channels: Pick<Channels, 'prepare'>;
    canaryQueue: Pick<CanaryQueue, 'toPush'>;
  },
): Worker {
  const options = { ...workerOptions(deps.redis), concurrency: 4 };
  const worker = new Worker(
    FAN_OUT_QUEUE,
    (job) => {
      if (job.name === CANARY_JOB) return deps.canaryQueue.toPush(canaryJobSchema.parse(job.data));
      deps.channels.prepare();
      const { traceparent, ...version } = fanOutJobSchema.parse(job.data);
      return inTrace(deps.tracing, 'fan out', traceparent, version, () => fanOut(deps, version));
    },
    options,
  );
  return deps.watch(worker, 'fan-out failed; housekeeping will add it again');
}
