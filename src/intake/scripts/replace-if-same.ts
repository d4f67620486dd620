import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Changes a field of a hash if it is still what was read. One step, because another version may take its place.
 *
 * KEYS: 1 hash
 * ARGV: 1 field, 2 what was read, 3 what is written; empty: the field is removed
 * Answer: 1 it was changed, 0 it was another by then
 */
export const REPLACE_IF_SAME = script(
  `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1`,
  z.literal([1, 0]),
);
