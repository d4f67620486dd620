import { script } from '../redis/script.ts';
import { AUTH_OFFSET, HEADER_BYTES, REST_LENGTH_OFFSET } from './record.ts';
import { PAGE_SIZE } from './shard.ts';

/*
 * Keys of a shard, all behind its hash tag (KEYS[1] is the shard's prefix):
 *   ids:<bucket>   hash   field of the id -> slot
 *   page:<n>       list   records of the slots n*64 … n*64+63; an empty element is a free slot
 *   meta           hash   next (first slot never used), count (subscriptions)
 *   free           zset   freed slots by the time they were freed
 *   in:<name>      bitmap of slots: `t:<topic>`, `u:<urgency that still comes>`, `l:<language>` or `l:*`; never all zeros
 *   sets           set    names of those bitmaps, but not the languages': anybody may bring one, and each call walks these
 */
const COMMON = `
local shard = KEYS[1]
local function page(slot) return shard .. 'page:' .. math.floor(slot / ${PAGE_SIZE}) end
local function read(slot) return redis.call('LINDEX', page(slot), slot % ${PAGE_SIZE}) end
-- Lua interns strings, so this compares two addresses: its time says nothing of the secret.
local function owns(record, auth) return string.sub(record, ${AUTH_OFFSET + 1}, ${AUTH_OFFSET + 16}) == auth end
-- ARGV from \`first\` on: the language's set, then the others.
local function join(slot, first)
  for i = first, #ARGV do redis.call('SETBIT', shard .. 'in:' .. ARGV[i], slot, 1) end
  redis.call('SADD', shard .. 'sets', unpack(ARGV, first + 1))
end
-- What languageSet() calls it: the tag's length and the tag follow the rest of the endpoint.
local function language(record)
  local high, low = string.byte(record, ${REST_LENGTH_OFFSET + 1}, ${REST_LENGTH_OFFSET + 2})
  local at = ${HEADER_BYTES} + high * 256 + low + 1
  local tag = string.sub(record, at + 1, at + string.byte(record, at))
  return 'l:' .. (tag == '' and '*' or string.lower(string.match(tag, '^[^-]+')))
end
-- All that is kept of a subscription: its record, and its sets but the language's.
local function kept(slot)
  local names = {}
  for _, name in ipairs(redis.call('SMEMBERS', shard .. 'sets')) do
    if redis.call('GETBIT', shard .. 'in:' .. name, slot) == 1 then names[#names + 1] = name end
  end
  table.sort(names)
  return { read(slot), unpack(names) }
end
-- Another one whenever something of it changes.
local function revision(all) return redis.sha1hex(table.concat(all, '\\n')) end
local function leaveSet(name, slot)
  local bitmap = shard .. 'in:' .. name
  redis.call('SETBIT', bitmap, slot, 0)
  if redis.call('BITPOS', bitmap, 1) >= 0 then return end
  redis.call('DEL', bitmap)
  redis.call('SREM', shard .. 'sets', name)
end
local function leave(slot, record)
  leaveSet(language(record), slot)
  for _, name in ipairs(redis.call('SMEMBERS', shard .. 'sets')) do leaveSet(name, slot) end
end
`;

/**
 * ARGV: field, auth, record, now, quarantine, the revision that it must have (empty: any, and it may come to be), its sets,
 * the language's first. Answers created, updated, conflict (another's), or changed (it has not that revision, or is gone).
 */
export const PUT = script(`${COMMON}
local ids, field, auth, record = KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local slot = redis.call('HGET', ids, field)
if slot then
  slot = tonumber(slot)
  local known = read(slot)
  if ARGV[6] ~= '' and revision(kept(slot)) ~= ARGV[6] then return 'changed' end
  if not owns(known, auth) then return 'conflict' end
  redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, record)
  leave(slot, known)
  join(slot, 7)
  return 'updated'
end
if ARGV[6] ~= '' then return 'changed' end
local oldest = redis.call('ZRANGE', shard .. 'free', '-inf', tonumber(ARGV[4]) - tonumber(ARGV[5]), 'BYSCORE', 'LIMIT', 0, 1)
if oldest[1] then
  slot = tonumber(oldest[1])
  redis.call('ZREM', shard .. 'free', oldest[1])
  redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, record)
else
  slot = redis.call('HINCRBY', shard .. 'meta', 'next', 1) - 1
  redis.call('RPUSH', page(slot), record)
end
redis.call('HINCRBY', shard .. 'meta', 'count', 1)
redis.call('HSET', ids, field, slot)
join(slot, 7)
return 'created'`);

/** ARGV: field. Answers nothing, or the revision, the record, and the names of the sets it is in but for its language's. */
export const FIND = script(`${COMMON}
local slot = redis.call('HGET', KEYS[2], ARGV[1])
if not slot then return false end
local all = kept(tonumber(slot))
return { revision(all), unpack(all) }`);

/** ARGV: field, auth, now. Answers 1 when the subscription was there, was owned, and is erased. */
export const REMOVE = script(`${COMMON}
local ids, field, auth = KEYS[2], ARGV[1], ARGV[2]
local slot = redis.call('HGET', ids, field)
if not slot then return 0 end
slot = tonumber(slot)
local known = read(slot)
if not owns(known, auth) then return 0 end
redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, '')
redis.call('HDEL', ids, field)
leave(slot, known)
redis.call('ZADD', shard .. 'free', ARGV[3], slot)
redis.call('HINCRBY', shard .. 'meta', 'count', -1)
return 1`);

const KEEP = `
if redis.call('BITPOS', frozen, 1) < 0 then
  redis.call('DEL', frozen)
  return ''
end
redis.call('EXPIRE', frozen, ARGV[1])
return redis.call('GET', frozen)`;

/**
 * Whom an alert is for, as a bitmap of slots, kept under KEYS[2] so that every later call gives the same.
 * KEYS[3] is an audience frozen before whose members belong to this one too (a correction follows its alert), or unknown;
 * who has left since is dropped, lest the slot be named for as long as versions follow each other (docs/decisions/0004).
 * ARGV: seconds to keep, everybody's set, urgency set, language set, topic sets…
 * An empty audience has no key: its caller remembers that it was empty.
 */
export const FREEZE = script(`
local shard, frozen, earlier = KEYS[1], KEYS[2], KEYS[3]
local kept = redis.call('GET', frozen)
if kept then return kept end
local function named(name) return shard .. 'in:' .. name end
local topics = {}
for i = 5, #ARGV do topics[#topics + 1] = named(ARGV[i]) end
local part = frozen .. ':part'
redis.call('BITOP', 'OR', part, named(ARGV[4]), named('l:*'))
redis.call('BITOP', 'OR', frozen, unpack(topics))
redis.call('BITOP', 'AND', frozen, frozen, part, named(ARGV[3]))
redis.call('BITOP', 'AND', part, earlier, named(ARGV[2]))
redis.call('BITOP', 'OR', frozen, frozen, part)
redis.call('DEL', part)
${KEEP}`);

/**
 * An audience of these members, less those that have left.
 * KEYS: shard's prefix, frozen audience. ARGV: seconds to keep, everybody's set, bitmap of slots. Answers as FREEZE does.
 */
export const FREEZE_MEMBERS = script(`
local shard, frozen = KEYS[1], KEYS[2]
local kept = redis.call('GET', frozen)
if kept then return kept end
redis.call('SET', frozen, ARGV[3])
redis.call('BITOP', 'AND', frozen, frozen, shard .. 'in:' .. ARGV[2])
${KEEP}`);

/** ARGV: page. Answers its records, then each set of the shard but the languages' as name and bits of that page's slots. */
export const READ_PAGE = script(`${COMMON}
local first = ARGV[1] * ${PAGE_SIZE / 8}
local answer = { redis.call('LRANGE', shard .. 'page:' .. ARGV[1], 0, -1) }
for _, name in ipairs(redis.call('SMEMBERS', shard .. 'sets')) do
  answer[#answer + 1] = { name, redis.call('GETRANGE', shard .. 'in:' .. name, first, first + ${PAGE_SIZE / 8 - 1}) }
end
return answer`);
