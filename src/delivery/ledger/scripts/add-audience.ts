import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Adds a shard's share to the audience. One step, because a fan-out that runs again must add nothing.
 *
 * KEYS: 1 report. ARGV: 1 shard, 2 count
 * Answer: the count that was added, now or before
 */
export const ADD_AUDIENCE = script(
  `
local field = 'shard:' .. ARGV[1]
if redis.call('HSETNX', KEYS[1], field, ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[1], 'audience', ARGV[2]) end
return tonumber(redis.call('HGET', KEYS[1], field))`,
  z.number(),
);
