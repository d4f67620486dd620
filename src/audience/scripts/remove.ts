import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { PAGE_SIZE } from '../shard.ts';
import { KEYINGS } from './keyings-part.ts';
import { RECORDS, SETS, SLOTS } from './parts.ts';
import { SLOTS_STORIES } from './story-parts.ts';

/**
 * Erases a subscription and everything that is kept of it. One step, because its slot must leave every set before
 * another subscription can get it.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids.
 * ARGV: 1 field, 2 auth, 3 now (ms), 4 and 5 engaged sets, then names of frozen audiences.
 * Answers 0 when it was not known or not owned. Otherwise it is erased, and the answer is 1, or the place of the first of
 * these audiences that it belonged to, and 1 (2 for the first).
 */
export const REMOVE = script(
  `${SLOTS}${RECORDS}${SETS}${SLOTS_STORIES}${KEYINGS}
local ids, field, auth = KEYS[2], ARGV[1], ARGV[2]
local slot = redis.call('HGET', ids, field)
if not slot then return 0 end
slot = tonumber(slot)
local known = read(slot)
if not owns(known, auth) then return 0 end
local last = 1
for i = #ARGV, 6, -1 do
  if redis.call('GETBIT', shard .. 'audience:' .. ARGV[i], slot) == 1 then last = i - 4 end
end
write(slot, '')
redis.call('HDEL', ids, field)
if isUnproven(known) then countUnproven(slot, 0) end
leave(slot, languageSet(known))
for _, name in ipairs(setsOf(slot)) do leave(slot, name) end
for i = 4, 5 do
  if redis.call('GETBIT', shard .. ARGV[i], slot) == 1 then redis.call('SETBIT', shard .. ARGV[i], slot, 0) end
end
forgetStories(slot)
if redis.call('GETBIT', shard .. 'armed', slot) == 1 then disarm(math.floor(slot / ${PAGE_SIZE}), slot % ${PAGE_SIZE}) end
redis.call('ZADD', shard .. 'free', ARGV[3], slot)
redis.call('HINCRBY', shard .. 'meta', 'count', -1)
return last`,
  z.number().int(),
);
