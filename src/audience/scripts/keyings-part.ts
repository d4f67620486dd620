import { KEYING_BYTES, PAGE_SIZE } from '../shard.ts';

/*
 * What the keyings of a shard are (keyings.ts):
 *   keyings:<n>   string  keyings of the slots n*64 … n*64+63, 104 bytes each; zeros where there is none
 *   armed         bitmap  of the slots that have one, or need none
 *   meta          hash    keyings-taken: how often some were taken out
 */

/** shard, NONE, keyings(page), disarm(page, place). */
export const KEYINGS = `
local shard = KEYS[1]
local NONE = string.rep('\\0', ${KEYING_BYTES})
local function keyings(page) return shard .. 'keyings:' .. page end
local function disarm(page, place)
  redis.call('SETRANGE', keyings(page), place * ${KEYING_BYTES}, NONE)
  redis.call('SETBIT', shard .. 'armed', page * ${PAGE_SIZE} + place, 0)
end
`;
