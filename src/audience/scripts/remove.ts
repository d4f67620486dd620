import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { PAGE_SIZE } from '../shard.ts';
import { KEYINGS } from './keyings-part.ts';
import { RECORDS, SETS, SLOTS } from './parts.ts';

/**
 * Erases a subscription and everything that is kept of it. One step, because its slot must leave every set before
 * another subscription can get it.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids. ARGV: 1 field, 2 auth, 3 now (ms), then engaged sets.
 * Answers 1 when it was known and owned, and is erased; otherwise 0.
 */
export const REMOVE = script(
  `${SLOTS}${RECORDS}${SETS}${KEYINGS}
local ids, field, auth = KEYS[2], ARGV[1], ARGV[2]
local slot = redis.call('HGET', ids, field)
if not slot then return 0 end
slot = tonumber(slot)
local known = read(slot)
if not owns(known, auth) then return 0 end
write(slot, '')
redis.call('HDEL', ids, field)
if isUnproven(known) then countUnproven(slot, 0) end
leave(slot, languageSet(known))
for _, name in ipairs(setsOf(slot)) do leave(slot, name) end
for i = 4, #ARGV do
  if redis.call('GETBIT', shard .. ARGV[i], slot) == 1 then redis.call('SETBIT', shard .. ARGV[i], slot, 0) end
end
if redis.call('GETBIT', shard .. 'armed', slot) == 1 then disarm(math.floor(slot / ${PAGE_SIZE}), slot % ${PAGE_SIZE}) end
redis.call('ZADD', shard .. 'free', ARGV[3], slot)
redis.call('HINCRBY', shard .. 'meta', 'count', -1)
return 1`,
  z.literal([0, 1]).transform((erased) => erased === 1),
);
