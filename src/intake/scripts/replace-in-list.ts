import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Changes an entry of a list, wherever it is by now. One step, because others add entries before it.
 *
 * KEYS: 1 list
 * ARGV: 1 the entry, 2 what is written in its place
 * Answer: how many entries were changed
 */
export const REPLACE_IN_LIST = script(
  `
local entries = redis.call('LRANGE', KEYS[1], 0, -1)
local changed = 0
for index, entry in ipairs(entries) do
  if entry == ARGV[1] then
    redis.call('LSET', KEYS[1], index - 1, ARGV[2])
    changed = changed + 1
  end
end
return changed`,
  z.number(),
);
