import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Counts an alert for readers who want at most so many a day. One step: of two alerts for which one place is left, one has
 * it. Again it changes nothing, because the alerts are kept by their marks.
 *
 * KEYS: for each date a hash: slot -> reader (4 bytes), then the marks of the alerts (4 bytes each)
 * ARGV: 1 mark of the alert (4 bytes), 2 seconds to keep, 3 readers: number of the key (1), slot (4), reader (4), cap (2)
 * Answer: the slots of those whose day is full
 */
export const COUNT_FOR_DAY = script(
  `
local mark, readers = ARGV[1], ARGV[3]
local full, at = {}, 1
while at <= #readers do
  local key, slot, reader, cap
  key, slot, reader, cap, at = struct.unpack('>BI4c4I2', readers, at)
  local known = redis.call('HGET', KEYS[key], slot)
  if not known or string.sub(known, 1, 4) ~= reader then known = reader end
  local counted = false
  for from = 5, #known, 4 do
    if string.sub(known, from, from + 3) == mark then counted = true end
  end
  if not counted and #known >= 4 + 4 * cap then
    full[#full + 1] = slot
  elseif not counted then
    redis.call('HSET', KEYS[key], slot, known .. mark)
  end
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[2], 'NX') end
return full`,
  z.array(z.number().int()),
);
