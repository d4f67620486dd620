import { randomBytes } from 'node:crypto';
import type { Alert } from '../../alerts/schema.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { formatCursor } from './cursor.ts';
import { APPEND } from './scripts/append.ts';
import { ERASE } from './scripts/erase.ts';
import { READ } from './scripts/read.ts';
import { RENEW } from './scripts/renew.ts';

/** Versions that the log holds at least: days of breaking news. */
const KEPT_VERSIONS = 10_000;
/** Longer than any alert lives: until then a version cannot enter twice. */
const ONCE_FOR_SECONDS = 9 * 24 * 3600;

export interface LogEntry {
  readonly offset: number;
  readonly alert: Alert;
  /** The alert as it was written: what goes to readers, byte for byte. */
  readonly json: string;
}

export interface LogPage {
  readonly epoch: string;
  /** Offset of the log's newest entry; 0 when it is empty. */
  readonly last: number;
  readonly entries: readonly LogEntry[];
}

/** The ordered log of alert versions: a Redis stream whose ids are running offsets. */
export interface LiveLog {
  /**
   * Puts a version at the end, once, however often it is called, and never after a newer one of the same alert: readers
   * would be shown again what was corrected. A log that has lost entries gets a new epoch first.
   */
  append(alert: Alert): Promise<{ cursor: string; appended: boolean }>;
  /** The log's epoch (made now, if it has none) and what it holds after the offset `after`, oldest first, at most `limit` entries. */
  read(after: number, limit?: number): Promise<LogPage>;
  /** Replaces `epoch` with a new epoch, once for all callers: the log lost entries, so its cursors are invalid. */
  renew(epoch: string): Promise<void>;
  /**
   * Puts `headline` in place of every text that the log holds of an alert, as a retraction. The log gets a new epoch, so that
   * followers forget what they hold, and open pages load anew. @returns how many entries there were
   */
  erase(id: string, headline: string): Promise<number>;
}

const newEpoch = (): string => randomBytes(9).toString('base64url');

export function createLiveLog(redis: Redis): LiveLog {
  return {
    append: async (alert) => {
      const [epoch, offset, appended] = await runScript(
        redis,
        APPEND,
        [keys.liveLog, keys.liveEpoch, keys.liveAppended(alert.id), keys.liveNewest],
        [newEpoch(), JSON.stringify(alert), alert.id, alert.version, ONCE_FOR_SECONDS, KEPT_VERSIONS],
      );
      return { cursor: formatCursor({ epoch, offset }), appended: appended === 1 };
    },
    read: async (after, limit = 2 * KEPT_VERSIONS) => {
      const names = [keys.liveLog, keys.liveEpoch];
      const [epoch, last, entries] = await runScript(redis, READ, names, [newEpoch(), after, limit]);
      return {
        epoch,
        last,
        entries: entries.map(([offset, json]) => ({ offset, alert: JSON.parse(json) as Alert, json })),
      };
    },
    renew: async (epoch) => {
      await runScript(redis, RENEW, [keys.liveEpoch], [epoch, newEpoch()]);
    },
    erase: (id, headline) =>
      runScript(redis, ERASE, [keys.liveLog, keys.liveEpoch], [id, headline, newEpoch()]),
  };
}

/** Waits up to `blockMs` for something after `offset`. */
export async function awaitAfter(redis: Redis, offset: number, blockMs: number): Promise<void> {
  await redis.xread('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', keys.liveLog, `${offset}-0`);
}
