import { z } from 'zod';
import { script } from '../script.ts';

/**
 * Tells which writes this server has, and writes something itself: a `WAIT` that follows on the same connection then waits
 * for a replica that has all of them (https://redis.io/docs/latest/commands/wait/).
 *
 * KEYS: 1 what is written, then a key for each write.
 * ARGV: 1 how many of a stream's newest entries to look through, then two for each write: 'hash' and a field that the key
 *       must have, or 'stream' and what the field `hash` of one of those entries must be.
 * Answers 1 or 0 for each write.
 */
export const PROVE_STORED = script(
  `
redis.call('SET', KEYS[1], '1')
local function has(key, kind, name)
  if kind == 'hash' then return redis.call('HEXISTS', key, name) == 1 end
  for _, entry in ipairs(redis.call('XREVRANGE', key, '+', '-', 'COUNT', ARGV[1])) do
    local fields = entry[2]
    for i = 1, #fields, 2 do
      if fields[i] == 'hash' and fields[i + 1] == name then return true end
    end
  end
  return false
end
local found = {}
for i = 2, #KEYS do found[i - 1] = has(KEYS[i], ARGV[2 * i - 2], ARGV[2 * i - 1]) and 1 or 0 end
return found`,
  z.array(z.union([z.literal(0), z.literal(1)])),
);
