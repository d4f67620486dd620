import { z } from 'zod';
import { script } from '../../../redis/script.ts';
import { BITMAPS_LUA } from './parts.ts';

/**
 * Counts an alert for readers who want at most so many a day. One step: of two alerts for which one place is left, one has
 * it. Again it changes nothing, because each alert of a date has a bitmap of the slots that it was counted for.
 *
 * KEYS: 1 shard's prefix
 * ARGV: 1 alert, 2 seconds to keep, then for each run of readers: their date, the first byte of the bitmap, the readers as
 *       bits from there on, at most 4,096 bytes, their least cap, and each of them: slot (4), cap (2)
 * Keys of a date, behind the prefix: `counted:<date>` zset, its alerts in their order; `counted:<date>:<alert>` bitmap of slots
 * Answer: the slots of those whose day is full
 */
export const COUNT_FOR_DAY = script(
  `${BITMAPS_LUA}
local alert, keep, full = ARGV[1], ARGV[2], {}
local function isIn(bits, byte, mask) return bit.band(string.byte(bits, byte) or 0, mask) ~= 0 end

-- Without those who have had as many of the earlier alerts as they want.
local function withoutFull(mask, earlier, own, from, readers)
  local bytes, at = { string.byte(mask, 1, #mask) }, 1
  while at <= #readers do
    local slot, cap
    slot, cap, at = struct.unpack('>I4I2', readers, at)
    local byte, place = math.floor(slot / 8) - from + 1, 128 / 2 ^ (slot % 8)
    if cap <= #earlier and not isIn(own, byte, place) then
      local had = 0
      for _, bits in ipairs(earlier) do
        if had == cap then break end
        if isIn(bits, byte, place) then had = had + 1 end
      end
      if had == cap then
        full[#full + 1] = slot
        bytes[byte] = bytes[byte] - place
      end
    end
  end
  return string.char(unpack(bytes))
end

for i = 3, #ARGV, 5 do
  local day, from, mask = KEYS[1] .. 'counted:' .. ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local mine, last = day .. ':' .. alert, from + #mask - 1
  local alerts = redis.call('ZRANGE', day, 0, -1)
  if #alerts >= tonumber(ARGV[i + 3]) then
    local earlier = {}
    for _, one in ipairs(alerts) do
      if one ~= alert then earlier[#earlier + 1] = redis.call('GETRANGE', day .. ':' .. one, from, last) end
    end
    mask = withoutFull(mask, earlier, redis.call('GETRANGE', mine, from, last), from, ARGV[i + 4])
  end
  redis.call('SETRANGE', mine, from, withBits(mine, from, mask, false))
  redis.call('ZADD', day, 'NX', #alerts, alert)
  redis.call('EXPIRE', mine, keep, 'NX')
  redis.call('EXPIRE', day, keep, 'NX')
end
return full`,
  z.array(z.number().int()),
);
