import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { inTurn } from '../../redis/turn.ts';

/** Longer than a look takes: a process that dies in it leaves the feed to the others then. */
const TURN_MS = 60_000;
/** How long a hub's content waits for a look that is under way: 1 s. */
const [TRIES, WAIT_MS] = [10, 100];

/** Of all processes, one works on a feed at a time. */
export interface FeedTurns {
  /** Undefined: another process has the feed. */
  ifFree<T>(sourceId: string, work: () => Promise<T>): Promise<T | undefined>;
  /** The same, after a short wait for the others. */
  soon<T>(sourceId: string, work: () => Promise<T>): Promise<T | undefined>;
}

export function createFeedTurns({ redis }: { readonly redis: Redis }): FeedTurns {
  const ifFree = <T>(sourceId: string, work: () => Promise<T>): Promise<T | undefined> =>
    inTurn(redis, keys.feedTurn(sourceId), TURN_MS, work);

  async function soon<T>(sourceId: string, work: () => Promise<T>): Promise<T | undefined> {
    for (let left = TRIES; left > 0; left--) {
      const done = await ifFree(sourceId, async () => ({ value: await work() }));
      if (done !== undefined) return done.value;
      if (left > 1) await wait(WAIT_MS);
    }
    return undefined;
  }
  return { ifFree, soon };
}
