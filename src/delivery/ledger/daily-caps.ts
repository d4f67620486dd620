import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { groupBy } from '../group-by.ts';
import { COUNT_FOR_DAY } from './scripts/count-for-day.ts';

/** A day is over everywhere two days after it began in the first time zone; its deliveries are over a day later. */
const KEPT_SECONDS = 3 * 24 * 3600;

/** A reader who wants at most so many alerts a day. */
export interface CappedReader {
  /** No other reader gets it for nine days: longer than its bits are kept. */
  readonly slot: number;
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
      const runs = groupBy(readers, ({ date, slot }) => `${date} ${Math.floor(slot / RUN_SLOTS)}`).values();
      const lists = [...runs].flatMap((run) => [run[0]?.date ?? '', ...packed(run)]);
      const args = [alertId, KEPT_SECONDS, ...lists];
      const full = await runScript(redis, COUNT_FOR_DAY, [keys.shard(shard, '')], args);
      return full.length === 0 ? NONE : new Set(full);
    },
  };
}

const ENTRY_BYTES = 6;
/** A script handles so many slots as one text: Lua takes no more than some 8,000 bytes of a text apart. */
const RUN_SLOTS = 32_768;

/** Readers of one date whose slots are near each other, as the script takes them. */
function packed(readers: readonly CappedReader[]): (number | Buffer)[] {
  const bytes = readers.map(({ slot }) => slot >> 3);
  const first = Math.min(...bytes);
  const mask = Buffer.alloc(Math.max(...bytes) - first + 1);
  const entries = Buffer.allocUnsafe(ENTRY_BYTES * readers.length);
  let leastCap = Infinity;
  for (const [index, { slot, cap }] of readers.entries()) {
    mask[(slot >> 3) - first]! |= 0x80 >> (slot & 7);
    entries.writeUInt32BE(slot, ENTRY_BYTES * index);
    entries.writeUInt16BE(cap, ENTRY_BYTES * index + 4);
    leastCap = Math.min(leastCap, cap);
  }
  return [first, mask, leastCap, entries];
}
