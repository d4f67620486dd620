import { script } from '../../redis/script.ts';
import { frozenSchema, KEEP, KNOWN } from './frozen-parts.ts';

/**
 * Selects the audience of an alert, a bitmap of slots, and keeps it under KEYS[2], so that every later call gives the same.
 * One step, because readers come and go: all deliveries of a version must be of one moment.
 *
 * KEYS: 1 shard's prefix, 2 frozen audience, 3 its unproven part, 4 its engaged part, 5 earlier audience; of an alert of a
 * story also 6 the story's members, 7 who left it.
 * KEYS[5] is an audience frozen before, or unknown; its members belong to this one too (a correction follows its alert).
 * Readers who have left since are dropped: otherwise versions that follow each other would name a slot for as long as they
 * come (docs/decisions/0004).
 * ARGV: 1 seconds to keep, 2 and 3 engaged sets, 4 everybody's set, 5 urgency set, 6 language set, 7 '1' to leave out who
 * left the story, 8 until when the story's bitmaps are kept (ms), then topic sets; none: only the story's members.
 * Answers what {@link frozenSchema} reads. An empty audience has no key: its caller remembers that it was empty.
 */
export const FREEZE = script(
  `
local shard, frozen, unproven, engaged, earlier = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local members, left = KEYS[6], KEYS[7]
${KNOWN}
local function named(name) return shard .. 'in:' .. name end
if redis.call('EXISTS', named(ARGV[4])) == 0 then return { '', '', '' } end
local topics = {}
for i = 9, #ARGV do topics[#topics + 1] = named(ARGV[i]) end
local part = frozen .. ':part'
if #topics > 0 then
  redis.call('BITOP', 'OR', part, named(ARGV[6]), named('l:*'))
  redis.call('BITOP', 'OR', frozen, unpack(topics))
  redis.call('BITOP', 'AND', frozen, frozen, part, named(ARGV[5]))
end
if members then
  redis.call('BITOP', 'AND', part, members, named(ARGV[5]))
  redis.call('BITOP', 'OR', frozen, frozen, part)
  for _, bitmap in ipairs({ members, left }) do redis.call('PEXPIREAT', bitmap, ARGV[8]) end
end
redis.call('BITOP', 'AND', part, earlier, named(ARGV[4]))
redis.call('BITOP', 'OR', frozen, frozen, part)
if ARGV[7] == '1' then
  redis.call('BITOP', 'AND', part, frozen, left)
  redis.call('BITOP', 'XOR', frozen, frozen, part)
end
redis.call('DEL', part)
${KEEP}`,
  frozenSchema,
);
