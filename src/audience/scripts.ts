import { script } from '../redis/script.ts';
import {
  AUTH_OFFSET,
  HEADER_BYTES,
  MOST_REFUSALS,
  REFUSAL_UNIT,
  REST_LENGTH_OFFSET,
  STANDING_OFFSET,
  UNPROVEN_BIT,
} from './record.ts';
import { PAGE_SIZE } from './shard.ts';

/*
 * Keys of a shard, all behind its hash tag (KEYS[1] is the shard's prefix):
 *   ids:<bucket>   hash   field of the id -> slot
 *   page:<n>       list   records of the slots n*64 … n*64+63; an empty element is a free slot
 *   meta           hash   next (first slot never used), count (subscriptions), unproven (those of them)
 *   unproven       bitmap of slots: no push service has accepted anything for them yet
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
local function standing(record) return string.byte(record, ${STANDING_OFFSET + 1}) end
local function isUnproven(record) return standing(record) >= ${UNPROVEN_BIT} end
local function withStanding(record, byte)
  return string.sub(record, 1, ${STANDING_OFFSET}) .. string.char(byte) .. string.sub(record, ${STANDING_OFFSET + 2})
end
local function countUnproven(slot, bit)
  redis.call('SETBIT', shard .. 'unproven', slot, bit)
  redis.call('HINCRBY', shard .. 'meta', 'unproven', bit == 1 and 1 or -1)
end
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
 * KEYS: shard's prefix, bucket of the ids.
 * ARGV: field, auth, record, now, quarantine, the revision that it must have (empty: any, and it may come to be), how many
 * unproven ones the shard may hold, its sets, the language's first.
 * A record that says unproven keeps the standing of the one that is there; one that does not makes it proven.
 * Answers created, updated, conflict (another's), changed (it has not that revision, or is gone), or full.
 */
export const PUT = script(`${COMMON}
local ids, field, auth, record = KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local slot = redis.call('HGET', ids, field)
if slot then
  slot = tonumber(slot)
  local known = read(slot)
  if ARGV[6] ~= '' and revision(kept(slot)) ~= ARGV[6] then return 'changed' end
  if not owns(known, auth) then return 'conflict' end
  if isUnproven(record) then
    record = withStanding(record, standing(record) % ${REFUSAL_UNIT} + standing(known) - standing(known) % ${REFUSAL_UNIT})
  elseif isUnproven(known) then
    countUnproven(slot, 0)
  end
  redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, record)
  leave(slot, known)
  join(slot, 8)
  return 'updated'
end
if ARGV[6] ~= '' then return 'changed' end
if isUnproven(record) and tonumber(redis.call('HGET', shard .. 'meta', 'unproven') or 0) >= tonumber(ARGV[7]) then
  return 'full'
end
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
if isUnproven(record) then countUnproven(slot, 1) end
join(slot, 8)
return 'created'`);

/**
 * Notes what push services have said. KEYS: shard's prefix.
 * ARGV: for each subscription its slot, auth, and '1' (accepted: it is proven, and has no refusals) or '0' (refused).
 * Answers for each how many refusals in a row it has now; 0 as well when the slot is another's by now.
 */
export const NOTE = script(`${COMMON}
local answer = {}
for i = 1, #ARGV, 3 do
  local slot = tonumber(ARGV[i])
  local record = read(slot)
  local refusals = 0
  if record and record ~= '' and owns(record, ARGV[i + 1]) then
    local rest = standing(record) % ${REFUSAL_UNIT}
    if ARGV[i + 2] == '1' then
      if isUnproven(record) then countUnproven(slot, 0) end
      record = withStanding(record, rest)
    else
      local before = math.floor(standing(record) % ${UNPROVEN_BIT} / ${REFUSAL_UNIT})
      refusals = math.min(before + 1, ${MOST_REFUSALS})
      local unproven = isUnproven(record) and ${UNPROVEN_BIT} or 0
      record = withStanding(record, unproven + refusals * ${REFUSAL_UNIT} + rest)
    end
    redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, record)
  end
  answer[#answer + 1] = refusals
end
return answer`);

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
if isUnproven(known) then countUnproven(slot, 0) end
leave(slot, known)
redis.call('ZADD', shard .. 'free', ARGV[3], slot)
redis.call('HINCRBY', shard .. 'meta', 'count', -1)
return 1`);

const KEPT = `
local kept = redis.call('GET', frozen)
if kept then return { kept, redis.call('GET', unproven) or '' } end`;

/** Keeps an audience, and beside it which of it were unproven at that moment. Of what is empty nothing is kept. */
const KEEP = `
local function keep(key)
  if redis.call('BITPOS', key, 1) < 0 then
    redis.call('DEL', key)
    return ''
  end
  redis.call('EXPIRE', key, ARGV[1])
  return redis.call('GET', key)
end
redis.call('BITOP', 'AND', unproven, frozen, shard .. 'unproven')
return { keep(frozen), keep(unproven) }`;

/**
 * Whom an alert is for, as a bitmap of slots, kept under KEYS[2] so that every later call gives the same.
 * KEYS: shard's prefix, frozen audience, its unproven part, earlier audience.
 * KEYS[4] is an audience frozen before whose members belong to this one too (a correction follows its alert), or unknown;
 * who has left since is dropped, lest the slot be named for as long as versions follow each other (docs/decisions/0004).
 * ARGV: seconds to keep, everybody's set, urgency set, language set, topic sets…
 * An empty audience has no key: its caller remembers that it was empty. Answers the audience and its unproven part.
 */
export const FREEZE = script(`
local shard, frozen, unproven, earlier = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
${KEPT}
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
 * KEYS: shard's prefix, frozen audience, its unproven part. ARGV: seconds to keep, everybody's set, bitmap of slots. Answers as FREEZE does.
 */
export const FREEZE_MEMBERS = script(`
local shard, frozen, unproven = KEYS[1], KEYS[2], KEYS[3]
${KEPT}
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
