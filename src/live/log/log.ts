import { randomBytes } from 'node:crypto';
import type { Alert } from '../../alerts/schema.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript, script } from '../../redis/script.ts';
import { formatCursor } from './cursor.ts';

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
  /** The log's epoch (made now, if it has none) and what it holds after `offset`, oldest first, at most `limit` entries. */
  read(offset: number, limit?: number): Promise<LogPage>;
  /** Replaces `epoch` with a new epoch, once for all callers: the log lost entries, so its cursors are invalid. */
  renew(epoch: string): Promise<void>;
  /**
   * Puts `headline` in place of every text that the log holds of an alert, as a retraction. The log gets a new epoch, so that
   * followers forget what they hold, and open pages load anew. @returns how many entries there were
   */
  erase(id: string, headline: string): Promise<number>;
}

/**
 * KEYS: stream, epoch, marker of the alert, offset of the newest version ever appended.
 * ARGV: new epoch, alert, its id, its version, seconds, length.
 *
 * Offsets never go back, not even when the stream is gone: who waits for the next one is woken, and then sees the epoch.
 * A marker counts only as long as the log holds its entry, or has let it go because of its age.
 */
const APPEND = script(`
local function offset_of(entries)
  return entries[1] and tonumber(string.match(entries[1][1], '^%d+')) or 0
end
local last = offset_of(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1))
local newest = tonumber(redis.call('GET', KEYS[4]) or last)
redis.call('SET', KEYS[2], ARGV[1], 'NX')
if last < newest then redis.call('SET', KEYS[2], ARGV[1]) end
local epoch = redis.call('GET', KEYS[2])

local marked, at, version = string.match(redis.call('GET', KEYS[3]) or '', '^(.*):(%d+):(%d+)$')
version = tonumber(version or 0)
if version > tonumber(ARGV[4]) then return {epoch, tostring(math.max(last, newest)), 0} end
if version == tonumber(ARGV[4]) then
  local entries = redis.call('XRANGE', KEYS[1], at .. '-0', '+', 'COUNT', 1)
  local held = false
  if offset_of(entries) == tonumber(at) then
    local alert = cjson.decode(entries[1][2][2])
    held = alert.id == ARGV[3] and alert.version == tonumber(ARGV[4])
  end
  local first = offset_of(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1))
  if held or (marked == epoch and tonumber(at) < first) then return {epoch, at, 0} end
end

local offset = math.max(last, newest) + 1
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[6], offset .. '-0', 'alert', ARGV[2])
redis.call('SET', KEYS[4], offset)
redis.call('SET', KEYS[3], epoch .. ':' .. offset .. ':' .. ARGV[4], 'EX', ARGV[5])
return {epoch, tostring(offset), 1}`);

/** KEYS: stream, epoch. ARGV: new epoch, offset, limit. */
const READ = script(`
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
return {redis.call('GET', KEYS[2]), last[1] and last[1][1] or '0-0', entries}`);

/** KEYS: epoch. ARGV: old epoch, new epoch. */
const RENEW = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end
return 1`);

/**
 * KEYS: stream, epoch. ARGV: alert id, headline, new epoch. Answers how many entries were blanked.
 * A stream's entries cannot be changed, so it is written anew under the same offsets; in one step, or versions would be lost.
 */
const ERASE = script(`
local entries, erased = redis.call('XRANGE', KEYS[1], '-', '+'), 0
for _, entry in ipairs(entries) do
  local alert = cjson.decode(entry[2][2])
  if alert.id == ARGV[1] then
    alert.headline, alert.change, alert.status = ARGV[2], 'retraction', 'retracted'
    for _, name in ipairs({'body', 'note', 'url', 'image'}) do alert[name] = cjson.null end
    entry[2][2] = cjson.encode(alert)
    erased = erased + 1
  end
end
if erased == 0 then return 0 end
redis.call('DEL', KEYS[1])
for _, entry in ipairs(entries) do redis.call('XADD', KEYS[1], entry[1], 'alert', entry[2][2]) end
redis.call('SET', KEYS[2], ARGV[3])
return erased`);

const newEpoch = (): string => randomBytes(9).toString('base64url');

export function createLiveLog(redis: Redis): LiveLog {
  return {
    append: async (alert) => {
      const [epoch, offset, appended] = (await runScript(
        redis,
        APPEND,
        [keys.liveLog, keys.liveEpoch, keys.liveAppended(alert.id), keys.liveNewest],
        [newEpoch(), JSON.stringify(alert), alert.id, alert.version, ONCE_FOR_SECONDS, KEPT_VERSIONS],
      )) as [string, string, number];
      return { cursor: formatCursor({ epoch, offset: Number(offset) }), appended: appended === 1 };
    },
    read: async (offset, limit = 2 * KEPT_VERSIONS) => {
      const [epoch, last, entries] = (await runScript(
        redis,
        READ,
        [keys.liveLog, keys.liveEpoch],
        [newEpoch(), offset, limit],
      )) as [string, string, [string, string[]][]];
      return { epoch, last: offsetOf(last), entries: entries.map(readEntry) };
    },
    renew: async (epoch) => {
      await runScript(redis, RENEW, [keys.liveEpoch], [epoch, newEpoch()]);
    },
    erase: async (id, headline) =>
      Number(await runScript(redis, ERASE, [keys.liveLog, keys.liveEpoch], [id, headline, newEpoch()])),
  };
}

/** Waits up to `blockMs` for something after `offset`. */
export async function awaitAfter(redis: Redis, offset: number, blockMs: number): Promise<void> {
  await redis.xread('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', keys.liveLog, `${offset}-0`);
}

const offsetOf = (streamId: string): number => Number(streamId.split('-', 1)[0]);

function readEntry([id, fields]: [string, string[]]): LogEntry {
  const json = fields[1] ?? '';
  return { offset: offsetOf(id), alert: JSON.parse(json) as Alert, json };
}
