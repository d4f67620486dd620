import { DelayedError, Worker, type Job } from 'bullmq';
import { outletEventSchema, type Teller } from '../src/outlets/teller.ts';
import { tellJobSchema } from '../src/outlets/queue.ts';
import type { Telling } from '../src/outlets/telling.ts';
import { HUB_QUEUE, SPREAD, TELL_FAILING, VERIFY, type HubQueue } from '../src/outlets/websub/queue.ts';
import type { HubStore } from '../src/outlets/websub/store.ts';
import { hubRequestSchema } from '../src/outlets/websub/subscription.ts';
import type { VerifyRequest } from '../src/outlets/websub/verify.ts';
import type { Redis } from '../src/redis/connect.ts';
import { workerOptions } from './options.ts';
import { AT_ONCE, waitAfter } from './outlets.ts';

/** A subscription is told of one change at a time: this much later another job looks again, ms. */
const NEXT_TURN_MS = 300;

/** Does the hub's work: asks callbacks what they want, and sends them feeds. */
export function openHubWorker(deps: {
  redis: Redis;
  hub: Teller & { failing(): Promise<ReadonlySet<string>> };
  queue: Pick<HubQueue, 'spread' | 'tellAgain'>;
  store: Pick<HubStore, 'takeTurn' | 'endTurn'>;
  verify: VerifyRequest;
  telling: Telling;
}): Worker {
  async function tell(job: Job, token: string | undefined): Promise<void> {
    const work = tellJobSchema.parse(job.data);
    if (!(await deps.store.takeTurn(work.receiver))) {
      await job.moveToDelayed(Date.now() + NEXT_TURN_MS, token);
      throw new DelayedError();
    }
    try {
      await deps.telling(work, job.attemptsMade + 1);
      // What happened while this was under way has found it waiting, and added no job.
      if (job.name === TELL_FAILING) await deps.queue.tellAgain(work);
    } finally {
      await deps.store.endTurn(work.receiver);
    }
  }

  const worker = new Worker(
    HUB_QUEUE,
    (job, token) => {
      if (job.name === VERIFY) return deps.verify(hubRequestSchema.parse(job.data));
      if (job.name === SPREAD) return deps.queue.spread(outletEventSchema.parse(job.data), deps.hub);
      return tell(job, token);
    },
    { ...workerOptions(deps.redis), concurrency: AT_ONCE, settings: { backoffStrategy: waitAfter } },
  );
  // The connection logs its own faults.
  worker.on('error', () => undefined);
  return worker;
}
