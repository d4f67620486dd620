import { randomBytes } from 'node:crypto';
import type { Alert } from '../alerts/schema.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';
import { formatCursor } from './cursor.ts';

/** Versions that the log holds at most: days of breaking news. */
const KEPT_VERSIONS = 10_000;
/** Longer than any alert lives: until then a version cannot enter twice. */
const ONCE_FOR_SECONDS = 9 * 24 * 3600;

export interface LogEntry {
  readonly offset: number;
  readonly alert: Alert;
}

/** The ordered log of alert versions: a Redis stream whose ids are running offsets. */
export interface LiveLog {
  /** Puts a version at the end, once, however often it is called. */
  append(alert: Alert): Promise<{ cursor: string; appended: boolean }>;
  /** The log's epoch (made now, if it has none) and everything after `offset`, at most as much as it holds. */
  read(offset: number): Promise<{ epoch: string; last: number; entries: LogEntry[] }>;
  /** Gives the log a new epoch in place of `epoch`, once, whoever asks: it has lost entries, so no cursor of it counts any more. */
  renew(epoch: string): Promise<void>;
}

/** KEYS: stream, epoch, marker. ARGV: new epoch, alert, seconds, length. */
const APPEND = script(`
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local epoch = redis.call('GET', KEYS[2])
local known = redis.call('GET', KEYS[3])
if known then return {epoch, known, 0} end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local offset = 1
if last[1] then offset = tonumber(string.match(last[1][1], '^%d+')) + 1 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], offset .. '-0', 'alert', ARGV[2])
redis.call('SET', KEYS[3], offset, 'EX', ARGV[3])
return {epoch, tostring(offset), 1}`);

/** KEYS: stream, epoch. ARGV: new epoch, offset. */
const READ = script(`
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return {redis.call('GET', KEYS[2]), last[1] and last[1][1] or '0-0', redis.call('XRANGE', KEYS[1], '(' .. ARGV[2] .. '-0', '+')}`);

/** KEYS: epoch. ARGV: old epoch, new epoch. */
const RENEW = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end
return 1`);

const newEpoch = (): string => randomBytes(9).toString('base64url');

export function createLiveLog(redis: Redis): LiveLog {
  return {
    append: async (alert) => {
      const [epoch, offset, appended] = (await runScript(
        redis,
        APPEND,
        [keys.liveLog, keys.liveEpoch, keys.liveAppended(alert.id, alert.version)],
        [newEpoch(), JSON.stringify(alert), ONCE_FOR_SECONDS, KEPT_VERSIONS],
      )) as [string, string, number];
      return { cursor: formatCursor({ epoch, offset: Number(offset) }), appended: appended === 1 };
    },
    read: async (offset) => {
      const [epoch, last, entries] = (await runScript(
        redis,
        READ,
        [keys.liveLog, keys.liveEpoch],
        [newEpoch(), offset],
      )) as [string, string, [string, string[]][]];
      return { epoch, last: offsetOf(last), entries: entries.map(readEntry) };
    },
    renew: async (epoch) => {
      await runScript(redis, RENEW, [keys.liveEpoch], [epoch, newEpoch()]);
    },
  };
}

/** Waits up to `blockMs` for something after `offset`. True: read again. */
export async function awaitAfter(redis: Redis, offset: number, blockMs: number): Promise<boolean> {
  return (await redis.xread('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', keys.liveLog, `${offset}-0`)) !== null;
}

const offsetOf = (streamId: string): number => Number(streamId.split('-', 1)[0]);

function readEntry([id, fields]: [string, string[]]): LogEntry {
  return { offset: offsetOf(id), alert: JSON.parse(fields[1] ?? '') as Alert };
}
