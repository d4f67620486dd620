import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Counts receipts of one version, each device once per event. One step, so that the bitmaps and the report's counters always
 * agree.
 *
 * KEYS: 1 report, then bitmaps of devices.
 * ARGV: for each bitmap the event, how many slots follow, and the slots.
 * Answers '1' for each slot that is new and '0' for a known one, in order; '' when there is no such report. A bitmap lives
 * as long as the report.
 */
export const RECORD = script(
  `
local life = redis.call('TTL', KEYS[1])
if life < 0 then return '' end
local answers, sums, at = {}, {}, 1
for k = 2, #KEYS do
  local event, count, new = ARGV[at], tonumber(ARGV[at + 1]), 0
  for i = at + 2, at + 1 + count do
    local known = redis.call('SETBIT', KEYS[k], ARGV[i], 1)
    new = new + 1 - known
    answers[#answers + 1] = 1 - known
  end
  if new > 0 then
    sums[event] = (sums[event] or 0) + new
    if redis.call('TTL', KEYS[k]) ~= life then redis.call('EXPIRE', KEYS[k], life) end
  end
  at = at + 2 + count
end
for event, sum in pairs(sums) do redis.call('HINCRBY', KEYS[1], event, sum) end
return table.concat(answers)`,
  z.string(),
);
