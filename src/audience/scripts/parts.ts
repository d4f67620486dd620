import { AUTH_OFFSET, REST_LENGTH_OFFSET, REST_OFFSET, STANDING_OFFSET, UNPROVEN_BIT } from '../record.ts';
import { PAGE_SIZE } from '../shard.ts';

/*
 * Parts that the scripts of a shard share. All keys of a shard are behind its hash tag; KEYS[1] is the shard's prefix:
 *   ids:<bucket>   hash   field of the id -> slot
 *   page:<n>       list   records of the slots n*64 … n*64+63; an empty element is a free slot
 *   meta           hash   next (first slot never used), count (subscriptions), unproven (how many of them are)
 *   unproven       bitmap of slots: no push service has accepted anything for them yet
 *   engaged:<month> bitmap of slots: their readers opened a notification in that month
 *   free           zset   freed slots by the time they were freed
 *   in:<name>      bitmap of slots: `t:<topic>`, `u:<urgency that still comes>`, `l:<language>` or `l:*`; never all zeros
 *   stories, story:… readers of stories (story-parts.ts)
 *   sets           set    names of those bitmaps except the languages': anybody may bring a language, and each call walks these
 */

/** page(slot), read(slot), write(slot, record), countUnproven(slot, bit). */
export const SLOTS = `
local shard = KEYS[1]
local function page(slot) return shard .. 'page:' .. math.floor(slot / ${PAGE_SIZE}) end
local function read(slot) return redis.call('LINDEX', page(slot), slot % ${PAGE_SIZE}) end
local function write(slot, record) redis.call('LSET', page(slot), slot % ${PAGE_SIZE}, record) end
local function countUnproven(slot, bit)
  redis.call('SETBIT', shard .. 'unproven', slot, bit)
  redis.call('HINCRBY', shard .. 'meta', 'unproven', bit == 1 and 1 or -1)
end
`;

/** owns(record, auth), standing(record), isUnproven(record), withStanding(record, byte), tagBounds(record), languageSet(record). */
export const RECORDS = `
-- Lua interns strings, so this compares two addresses: its time reveals nothing about the secret.
local function owns(record, auth) return string.sub(record, ${AUTH_OFFSET + 1}, ${AUTH_OFFSET + 16}) == auth end
local function standing(record) return string.byte(record, ${STANDING_OFFSET + 1}) end
local function isUnproven(record) return standing(record) >= ${UNPROVEN_BIT} end
local function withStanding(record, byte)
  return string.sub(record, 1, ${STANDING_OFFSET}) .. string.char(byte) .. string.sub(record, ${STANDING_OFFSET + 2})
end
-- Where the tag's length is, and where the tag ends: both follow the rest of the address.
local function tagBounds(record)
  local high, low = string.byte(record, ${REST_LENGTH_OFFSET + 1}, ${REST_LENGTH_OFFSET + 2})
  local at = ${REST_OFFSET} + high * 256 + low + 1
  return at, at + string.byte(record, at)
end
-- The name that languageSet() of set-names.ts gives.
local function languageSet(record)
  local before, last = tagBounds(record)
  local tag = string.sub(record, before + 1, last)
  return 'l:' .. (tag == '' and '*' or string.lower(string.match(tag, '^[^-]+')))
end
`;

/** mark(slot, set), join(slot, sets), leave(slot, set), setsOf(slot). They need {@link SLOTS}. */
export const SETS = `
local function mark(slot, name) redis.call('SETBIT', shard .. 'in:' .. name, slot, 1) end
-- Sets that are no languages'.
local function join(slot, names)
  for _, name in ipairs(names) do mark(slot, name) end
  redis.call('SADD', shard .. 'sets', unpack(names))
end
local function leave(slot, name)
  local bitmap = shard .. 'in:' .. name
  redis.call('SETBIT', bitmap, slot, 0)
  if redis.call('BITPOS', bitmap, 1) >= 0 then return end
  redis.call('DEL', bitmap)
  redis.call('SREM', shard .. 'sets', name)
end
-- Without the language's: the record names it.
local function setsOf(slot)
  local names = {}
  for _, name in ipairs(redis.call('SMEMBERS', shard .. 'sets')) do
    if redis.call('GETBIT', shard .. 'in:' .. name, slot) == 1 then names[#names + 1] = name end
  end
  return names
end
`;
