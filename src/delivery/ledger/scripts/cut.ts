import { z } from 'zod';
import { script } from '../../../redis/script.ts';
import { FINISHED_LUA } from './parts.ts';

/**
 * The audience is cut into batches. A fan-out that was run again counts as progress, so that the next one waits. One step:
 * of this and the last outcome, one sees that the version is finished. Nothing is written where a shard of the audience is not
 * counted: Redis came back older than it was while the fan-out ran.
 *
 * KEYS: 1 report. ARGV: 1 batches, 2 now (ms), 3 how many shards there are
 * Answer: 1 when no delivery is pending, else 0; -1 where shards are missing
 */
export const CUT = script(
  `${FINISHED_LUA}
local shards = {}
for shard = 1, tonumber(ARGV[3]) do shards[shard] = 'shard:' .. shard - 1 end
for _, count in ipairs(redis.call('HMGET', KEYS[1], unpack(shards))) do
  if not count then return -1 end
end
redis.call('HSET', KEYS[1], 'cut', 1, 'batches', ARGV[1], 'progressAt', ARGV[2])
return finished(KEYS[1])`,
  z.literal([0, 1, -1]),
);
