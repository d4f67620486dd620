import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

interface OutboxEntry {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** Accepted versions that are not finished: their fan-out has not begun, or deliveries are pending. */
export interface Outbox {
  /**
   * Those accepted at least `olderThanMs` ago, at most twice `limit`: the newest, and some of the others, another part each
   * second, so that all have their turn however many there are.
   */
  listUnfinished(olderThanMs: number, limit: number): Promise<readonly OutboxEntry[]>;
  isUnfinished(id: string, version: number): Promise<boolean>;
  /** When the newest unfinished version was accepted, ms since the epoch; 0: none is unfinished. */
  newestAt(): Promise<number>;
  /** Removes a version that needs no more work. A repetition is harmless. */
  markFinished(id: string, version: number): Promise<void>;
}

export function openOutbox(deps: { redis: Redis; now: () => number }): Outbox {
  return {
    listUnfinished: async (olderThanMs, limit) => {
      const until = deps.now() - olderThanMs;
      const page = (number: number): Promise<string[]> =>
        deps.redis.zrevrangebyscore(keys.outbox, until, '-inf', 'WITHSCORES', 'LIMIT', number * limit, limit);
      const pages = Math.ceil((await deps.redis.zcount(keys.outbox, '-inf', until)) / limit);
      const newest = await page(0);
      if (pages < 2) return entriesOf(newest);
      return entriesOf([...newest, ...(await page(1 + (Math.floor(deps.now() / 1000) % (pages - 1))))]);
    },
    isUnfinished: async (id, version) => (await deps.redis.zscore(keys.outbox, `${id}:${version}`)) !== null,
    newestAt: async () => {
      const [, at] = await deps.redis.zrevrange(keys.outbox, 0, 0, 'WITHSCORES');
      return Number(at ?? 0);
    },
    markFinished: async (id, version) => {
      await deps.redis.zrem(keys.outbox, `${id}:${version}`);
    },
  };
}

/** @param found members and scores in turn */
function entriesOf(found: readonly string[]): OutboxEntry[] {
  const entries: OutboxEntry[] = [];
  for (let i = 0; i + 1 < found.length; i += 2) {
    const [id = '', version] = (found[i] ?? '').split(':');
    entries.push({ id, version: Number(version), acceptedAt: Number(found[i + 1]) });
  }
  return entries;
}
