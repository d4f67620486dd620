import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

interface OutboxEntry {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** Accepted versions that are not finished: not put on their way yet, or with deliveries pending. */
export interface Outbox {
  /** Oldest first, at most `limit`: those accepted at least `olderThanMs` ago. */
  listUnfinished(olderThanMs: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** Takes out a version of which nothing is left to do. Saying it again is harmless. */
  markFinished(id: string, version: number): Promise<void>;
}

export function openOutbox(deps: { redis: Redis; now: () => number }): Outbox {
  return {
    listUnfinished: async (olderThanMs, limit) => {
      const until = deps.now() - olderThanMs;
      const found = await deps.redis.zrangebyscore(
        keys.outbox,
        '-inf',
        until,
        'WITHSCORES',
        'LIMIT',
        0,
        limit,
      );
      const entries: OutboxEntry[] = [];
      for (let i = 0; i + 1 < found.length; i += 2) {
        const [id = '', version] = (found[i] ?? '').split(':');
        entries.push({ id, version: Number(version), acceptedAt: Number(found[i + 1]) });
      }
      return entries;
    },
    markFinished: async (id, version) => {
      await deps.redis.zrem(keys.outbox, `${id}:${version}`);
    },
  };
}
