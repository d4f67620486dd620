import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { KEYING_BYTES, PAGE_SIZE } from '../shard.ts';
import { KEYINGS } from './keyings-part.ts';

/**
 * Takes keyings out. One step, because no two runs may get the same.
 *
 * KEYS: 1 shard's prefix. ARGV: for each page its number, and the places in it that are wanted, rising, a byte each.
 * Answers for each page the keyings of these places, one after the other; nothing if the page has none.
 */
export const TAKE_KEYINGS = script(
  `${KEYINGS}
local answer, found = {}, false
for i = 1, #ARGV, 2 do
  local page, wanted = ARGV[i], ARGV[i + 1]
  local name = keyings(page)
  local taken = ''
  if redis.call('EXISTS', name) == 1 then
    found = true
    if #wanted == ${PAGE_SIZE} then
      taken = redis.call('GET', name)
      redis.call('DEL', name)
      redis.call('SETRANGE', shard .. 'armed', page * ${PAGE_SIZE / 8}, string.rep('\\0', ${PAGE_SIZE / 8}))
    else
      local parts = {}
      for at = 1, #wanted do
        local place = string.byte(wanted, at)
        local keying = redis.call('GETRANGE', name, place * ${KEYING_BYTES}, place * ${KEYING_BYTES} + ${KEYING_BYTES - 1})
        parts[at] = #keying == ${KEYING_BYTES} and keying or NONE
        if parts[at] ~= NONE then disarm(page, place) end
      end
      taken = table.concat(parts)
    end
  end
  answer[#answer + 1] = taken
end
if found then redis.call('HINCRBY', shard .. 'meta', 'keyings-taken', 1) end
return answer`,
  z.array(z.instanceof(Buffer)),
);
