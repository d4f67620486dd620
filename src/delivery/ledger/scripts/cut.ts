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
for shard = 0, ARGV[3] - 1 do
  if redis.call('HEXISTS', KEYS[1], 'shard:' .. shard) == 0 then return -1 end
end
redis.call('HSET', KEYS[1], 'cut', 1, 'batches', ARGV[1], 'progressAt', ARGV[2])
return finished(KEYS[1])`,
  z.literal([0, 1, -1]),
);
