import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { END_TURN } from '../scripts/end-turn.ts';

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
  async function take<T>(sourceId: string, work: () => Promise<T>, tries: number): Promise<T | undefined> {
    const token = randomUUID();
    const turn = keys.feedTurn(sourceId);
    for (let left = tries; (await redis.set(turn, token, 'PX', TURN_MS, 'NX')) === null; left--) {
      if (left <= 1) return undefined;
      await wait(WAIT_MS);
    }
    try {
      return await work();
    } finally {
      await runScript(redis, END_TURN, [turn], [token]);
    }
  }
  return {
    ifFree: (sourceId, work) => take(sourceId, work, 1),
    soon: (sourceId, work) => take(sourceId, work, TRIES),
  };
}
