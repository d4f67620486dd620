import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Lets an item wait, in the place of an older version of it. One step, because two versions may come at once.
 *
 * KEYS: 1 hash of what waits
 * ARGV: 1 field, 2 the wait as JSON, whose `madeAt` is a number, 3 that number, 4 fields at most
 * Answer: 1 it waits, 0 a newer version waits, -1 too many wait
 */
export const KEEP_NEWEST = script(
  `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known).madeAt > tonumber(ARGV[3]) then return 0 end
if not known and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`,
  z.literal([1, 0, -1]),
);
