import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

/**
 * Engaged: the reader opened a notification in this month or the last. One bit for each subscription and month is all that is
 * kept, and it decides nothing but the order of sending.
 */
export interface Engagement {
  /** The readers in these slots opened a notification. */
  opened(shard: number, slots: readonly number[]): Promise<void>;
}

/** Two months, and some days for clocks that differ. */
const LIFE_SECONDS = 70 * 24 * 3600;

/** @param deps.now milliseconds since the epoch */
export function createEngagement({ redis, now }: { redis: Redis; now: () => number }): Engagement {
  return {
    opened: async (shard, slots) => {
      const key = keys.shard(shard, engagedSets(now())[0]);
      const write = redis.multi();
      for (const slot of slots) write.setbit(key, slot, 1);
      await write.expire(key, LIFE_SECONDS).exec();
    },
  };
}

/** Names of the bitmaps of this month and the last, in UTC. */
export function engagedSets(nowMs: number): readonly [string, string] {
  const now = new Date(nowMs);
  const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1));
  return [nameOf(now), nameOf(last)];
}

const nameOf = (time: Date): string => `engaged:${time.toISOString().slice(0, 7)}`;
