import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Puts a version at the end of the log, unless the log has had it or a newer version of the same alert. One step, because
 * several API processes and workers append at the same time, and each offset may be given once.
 *
 * Offsets never go back, even when the stream is lost: a follower that waits for the next offset wakes up, and then sees the
 * new epoch. A marker counts only while the log holds its entry, or has dropped the entry because of its age.
 *
 * KEYS: stream, epoch, marker of the alert (`epoch:offset:version` of its last append), offset of the newest entry ever.
 * ARGV: epoch to use if a new one is needed, alert as JSON, its id, its version, seconds that the marker lives, entries that
 * the stream keeps at least.
 * Answer: epoch; offset of this version, or of the newest entry when there is a newer version; 1 if it was appended, else 0.
 */
export const APPEND = script(
  `
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
return {epoch, tostring(offset), 1}`,
  z.tuple([z.string(), z.coerce.number(), z.union([z.literal(0), z.literal(1)])]),
);
