import { randomUUID } from 'node:crypto';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { openQueue } from '../../redis/open-queue.ts';
import type { Teller, OutletEvent } from '../teller.ts';
import { tellOptions, type TellJob } from '../queue.ts';
import { HUB } from './hub.ts';
import type { HubRequest } from './subscription.ts';

/** A queue of its own: strangers whose callbacks hang hold up no webhook of the newsroom. */
export const HUB_QUEUE = 'hub';

/**
 * The kinds of jobs. `spread` makes a `tell` for each subscription that an event concerns, so that the fan-out adds one job
 * only. A subscription whose last attempt failed has one `tell-failing` at most, however many events there are.
 */
export const VERIFY = 'verify';
export const SPREAD = 'spread';
const TELL = 'tell';
export const TELL_FAILING = 'tell-failing';

/** BullMQ takes jobs without a priority first. */
const AFTER_OTHERS = 10;

export interface HubQueue {
  /** Asks the callback, after the answer to who asked. */
  verify(request: HubRequest): Promise<void>;
  /** Everybody whose feed it changes will be told. Announcing it again is harmless. */
  announce(event: OutletEvent): Promise<void>;
  spread(
    event: OutletEvent,
    hub: Pick<Teller, 'receivers'> & { failing(): Promise<ReadonlySet<string>> },
  ): Promise<void>;
  /** Looks again whether a subscription has what its feed is now. */
  tellAgain(job: TellJob): Promise<void>;
  close(): Promise<void>;
}

/** `spread` runs once for an event, so nobody has to remember who was told. */
const forgotten = { ...tellOptions, removeOnComplete: true, removeOnFail: true };

export function openHubQueue(redis: Redis): HubQueue {
  const queue = openQueue(HUB_QUEUE, redis);

  /** Whatever waits for it is tried now: the subscriber may be back. */
  async function tellFailing(job: TellJob): Promise<void> {
    const jobId = `${job.receiver}-failing`;
    const waiting = await queue.getJob(jobId);
    if (waiting === undefined) {
      await queue.add(TELL_FAILING, job, { ...forgotten, jobId, priority: AFTER_OTHERS });
    } else {
      // With this event, so that it takes no text that was written for the one before. It may begin just now.
      await waiting.updateData(job);
      await waiting.promote().catch(() => undefined);
    }
  }

  return {
    verify: async (request) => {
      // It holds a secret, so nothing stays of it.
      await queue.add(VERIFY, request, { removeOnComplete: true, removeOnFail: true });
    },
    announce: async (event) => {
      // Nobody has subscribed: no job, which costs Redis more than the rest of an alert.
      if ((await redis.exists(keys.websub)) === 0) return;
      await queue.add(SPREAD, event, { ...tellOptions, jobId: `${SPREAD}-${event.id}` });
    },
    spread: async (event, hub) => {
      const [receivers, failing] = await Promise.all([hub.receivers(event), hub.failing()]);
      const jobs = receivers.map((receiver): TellJob => ({ outlet: HUB, receiver, event }));
      const [bad, good] = [true, false].map((is) =>
        jobs.filter(({ receiver }) => failing.has(receiver) === is),
      );
      await queue.addBulk(
        (good ?? []).map((data) => ({
          name: TELL,
          data,
          opts: { ...forgotten, jobId: `${data.receiver}-${event.id}` },
        })),
      );
      for (const job of bad ?? []) await tellFailing(job);
    },
    tellAgain: async (job) => {
      // As an event of its own, it shares no text with others.
      const event = { ...job.event, id: `${job.event.id}-${randomUUID()}` };
      await queue.add(TELL, { ...job, event }, forgotten);
    },
    close: () => queue.close(),
  };
}
