import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Notes that lines use a filter. One step, because servers that note filters at the same time must keep the bound together.
 *
 * KEYS: sorted set of the filters by the time of their last use.
 * ARGV: the filter; now, ms; ms after which an unused filter is forgotten; filters at most.
 * Answer: 1 if the filter is noted, 0 if there is no room for it.
 */
export const USE_FILTER = script(
  `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2] - ARGV[3])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
return 1`,
  z.union([z.literal(0), z.literal(1)]),
);
