import { createHash } from 'node:crypto';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { COUNT_FOR_DAY } from './scripts/count-for-day.ts';

/** A day is over everywhere two days after it began in the first time zone; its deliveries are over a day later. */
const KEPT_SECONDS = 3 * 24 * 3600;

/** A reader who wants at most so many alerts a day. */
export interface CappedReader {
  readonly slot: number;
  /** Of the subscription: a later one in the same slot begins with nothing. */
  readonly auth: Buffer;
  readonly cap: number;
  /** By the reader's own clock, YYYY-MM-DD. */
  readonly date: string;
}

/** Which alerts a reader with a cap has had today. */
export interface DailyCaps {
  /**
   * Counts an alert for these readers: once for each, however often its deliveries are tried and its versions change.
   * @returns the slots of those whose day is full, for whom it was not counted
   */
  count(shard: number, alertId: string, readers: readonly CappedReader[]): Promise<ReadonlySet<number>>;
}

const NONE: ReadonlySet<number> = new Set();

export function createDailyCaps({ redis }: { readonly redis: Redis }): DailyCaps {
  return {
    count: async (shard, alertId, readers) => {
      if (readers.length === 0) return NONE;
      const dates = [...new Set(readers.map(({ date }) => date))];
      const names = dates.map((date) => keys.shard(shard, `capped:${date}`));
      const entries = readers.map(({ slot, auth, cap, date }) => {
        const entry = Buffer.alloc(11);
        entry.writeUInt8(dates.indexOf(date) + 1, 0);
        entry.writeUInt32BE(slot, 1);
        auth.copy(entry, 5, 0, 4);
        entry.writeUInt16BE(cap, 9);
        return entry;
      });
      const mark = createHash('sha256').update(alertId).digest().subarray(0, 4);
      return new Set(
        await runScript(redis, COUNT_FOR_DAY, names, [mark, KEPT_SECONDS, Buffer.concat(entries)]),
      );
    },
  };
}
