import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { REFUSAL_UNIT } from '../record.ts';
import { RECORDS, SETS, SLOTS } from './parts.ts';

/**
 * Stores a subscription: a new one, or over the one that has the same id and secret. One step, because two calls for one
 * endpoint must not take two slots, and a selection must not see the record of one call with the sets of another.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids.
 * ARGV: 1 field, 2 auth, 3 record, 4 now, 5 how long a freed slot rests (both ms), 6 how many unproven ones the shard may
 * hold, 7 the language's set, then the other sets.
 * A record that says unproven keeps the standing of the one that is there; one that does not makes it proven.
 * Answers `created`, `updated`, `conflict` (the id belongs to another secret), or `full` (no room for unproven ones).
 */
export const PUT = script(
  `${SLOTS}${RECORDS}${SETS}
local ids, field, auth, record = KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local language, sets = ARGV[7], { unpack(ARGV, 8) }
local slot = redis.call('HGET', ids, field)
if slot then
  slot = tonumber(slot)
  local known = read(slot)
  if not owns(known, auth) then return 'conflict' end
  if isUnproven(record) then
    record = withStanding(record, standing(record) % ${REFUSAL_UNIT} + standing(known) - standing(known) % ${REFUSAL_UNIT})
  elseif isUnproven(known) then
    countUnproven(slot, 0)
  end
  write(slot, record)
  leave(slot, languageSet(known))
  for _, name in ipairs(setsOf(slot)) do leave(slot, name) end
  mark(slot, language)
  join(slot, sets)
  return 'updated'
end
if isUnproven(record) and tonumber(redis.call('HGET', shard .. 'meta', 'unproven') or 0) >= tonumber(ARGV[6]) then
  return 'full'
end
local oldest = redis.call('ZRANGE', shard .. 'free', '-inf', tonumber(ARGV[4]) - tonumber(ARGV[5]), 'BYSCORE', 'LIMIT', 0, 1)
if oldest[1] then
  slot = tonumber(oldest[1])
  redis.call('ZREM', shard .. 'free', oldest[1])
  write(slot, record)
else
  slot = redis.call('HINCRBY', shard .. 'meta', 'next', 1) - 1
  redis.call('RPUSH', page(slot), record)
end
redis.call('HINCRBY', shard .. 'meta', 'count', 1)
redis.call('HSET', ids, field, slot)
if isUnproven(record) then countUnproven(slot, 1) end
mark(slot, language)
join(slot, sets)
return 'created'`,
  z.enum(['created', 'updated', 'conflict', 'full']),
);
