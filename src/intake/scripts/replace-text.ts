import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Changes a text if it is still what was read; how long it is kept stays. One step, because the next version may come.
 *
 * KEYS: 1 text
 * ARGV: 1 what was read, 2 what is written
 * Answer: 1 it was changed, 0 it was another by then
 */
export const REPLACE_TEXT = script(
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1`,
  z.literal([1, 0]),
);
