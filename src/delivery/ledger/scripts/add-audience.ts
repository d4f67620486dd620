import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Adds the shares of some shards to the audience. One step, because a fan-out that runs again must add nothing.
 *
 * KEYS: 1 report. ARGV: for each shard its number and the count
 * Answer: for each the count that was added, now or before
 */
export const ADD_AUDIENCE = script(
  `
local fields, fresh, sum = {}, {}, 0
for i = 1, #ARGV, 2 do fields[#fields + 1] = 'shard:' .. ARGV[i] end
local counts = redis.call('HMGET', KEYS[1], unpack(fields))
for i, field in ipairs(fields) do
  if not counts[i] then
    counts[i] = ARGV[2 * i]
    fresh[#fresh + 1], fresh[#fresh + 2] = field, counts[i]
    sum = sum + counts[i]
  end
  counts[i] = tonumber(counts[i])
end
if #fresh > 0 then
  redis.call('HSET', KEYS[1], unpack(fresh))
  redis.call('HINCRBY', KEYS[1], 'audience', sum)
end
return counts`,
  z.array(z.number()),
);
