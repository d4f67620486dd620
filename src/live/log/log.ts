import { randomBytes } from 'node:crypto';
import type { Alert } from '../../alerts/schema.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import type { CanaryEntry } from './canary-stream.ts';
import { formatCursor } from './cursor.ts';
import { APPEND } from './scripts/append.ts';
import { ERASE } from './scripts/erase.ts';
import { READ } from './scripts/read.ts';
import { RENEW } from './scripts/renew.ts';

/** How many versions the log keeps at least: days of breaking news. */
const KEPT_VERSIONS = 10_000;
/** How long a version cannot enter twice: longer than any alert lives. */
const ONCE_FOR_SECONDS = 9 * 24 * 3600;

export interface LogEntry {
  readonly offset: number;
  readonly alert: Alert;
  /** The alert as it was written. Readers get these bytes. */
  readonly json: string;
}

/** The result of one read of the log. */
export interface LogReading {
  readonly epoch: string;
  /** Offset of the log's newest entry; 0 when it is empty. */
  readonly last: number;
  readonly entries: readonly LogEntry[];
}

/** The ordered log of alert versions: a Redis stream whose ids are consecutive offsets. */
export interface LiveLog {
  /**
   * Puts a version at the end. A second call with the same version changes nothing. A version does not enter after a newer
   * version of the same alert, because readers would see again what was corrected. A log that lost entries first gets a new
   * epoch.
   */
  append(alert: Alert): Promise<{ cursor: string; appended: boolean }>;
  /** Reads at most `limit` entries after the offset `after`, oldest first. A log without an epoch gets one. */
  read(after: number, limit?: number): Promise<LogReading>;
  /** Replaces `epoch` with a new epoch, once for all callers: the log lost entries, so its cursors are invalid. */
  renew(epoch: string): Promise<void>;
  /**
   * Replaces every text of an alert in the log by `headline`, and makes its entries retractions. The log gets a new epoch, so
   * that followers forget what they hold and open pages start over. @returns how many entries were changed
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

/**
 * Waits up to `blockMs` for an entry after `offset`, or for the canary's next run.
 * @param canary the id of the canary's entry that came last
 * @returns the canary's entry, if one came
 */
export async function awaitAfter(
  redis: Redis,
  offset: number,
  canary: string,
  blockMs: number,
): Promise<CanaryEntry | undefined> {
  const streams = [keys.liveLog, keys.liveCanary] as const;
  const found = await redis.xread('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...streams, `${offset}-0`, canary);
  const [, entries] = found?.find(([stream]) => stream.endsWith(keys.liveCanary)) ?? [];
  const [id, fields] = entries?.[0] ?? [];
  return id === undefined ? undefined : { id, run: fields?.[1] ?? '' };
}
