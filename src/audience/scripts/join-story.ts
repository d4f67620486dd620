import { script } from '../../redis/script.ts';
import { KEEP_STORY, STORIES } from './story-parts.ts';

/**
 * Makes a frozen audience members of a story, except readers who left the story and subscriptions erased since. One step,
 * because a reader may leave at any moment; doing it again brings nobody back.
 *
 * KEYS: 1 shard's prefix, 2 frozen audience, 3 members, 4 who left.
 * ARGV: 1 everybody's set, 2 story, 3 until when it is kept, 4 now (both ms).
 */
export const JOIN_STORY = script(
  `
local shard, frozen, members, left = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
${KEEP_STORY}
local joining, leavers = members .. ':part', left .. ':part'
redis.call('BITOP', 'AND', joining, frozen, shard .. 'in:' .. ARGV[1])
redis.call('BITOP', 'AND', leavers, joining, left)
redis.call('BITOP', 'XOR', joining, joining, leavers)
redis.call('BITOP', 'OR', members, members, joining)
redis.call('DEL', joining, leavers)
redis.call('ZREMRANGEBYSCORE', shard .. '${STORIES}', '-inf', ARGV[4])
keepStory(members, left, ARGV[2], ARGV[3])`,
);
