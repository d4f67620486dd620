import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { EVERYBODY } from '../set-names.ts';
import { KEYING_BYTES, PAGE_SIZE } from '../shard.ts';
import { KEYINGS } from './keyings-part.ts';

/**
 * Stores the keyings of a page. One step with the look at what was taken: a call that was sent a second time, because its
 * answer was lost, must not bring back what a run has used meanwhile.
 *
 * KEYS: 1 shard's prefix. ARGV: 1 generation, 2 page, 3 places in it, a byte each, 4 their keyings, one after the other.
 * Answers 1, or 0 if keyings were taken since the generation. A subscription that was erased meanwhile gets none.
 */
export const PUT_KEYINGS = script(
  `${KEYINGS}
local page, places, all = ARGV[2], ARGV[3], ARGV[4]
if (redis.call('HGET', shard .. 'meta', 'keyings-taken') or '0') ~= ARGV[1] then return 0 end
for i = 1, #places do
  local place = string.byte(places, i)
  local slot = page * ${PAGE_SIZE} + place
  if redis.call('GETBIT', shard .. 'in:${EVERYBODY}', slot) == 1 then
    local keying = string.sub(all, (i - 1) * ${KEYING_BYTES} + 1, i * ${KEYING_BYTES})
    redis.call('SETRANGE', keyings(page), place * ${KEYING_BYTES}, keying)
    redis.call('SETBIT', shard .. 'armed', slot, 1)
  end
end
return 1`,
  z.literal([0, 1]).transform((stored) => stored === 1),
);
