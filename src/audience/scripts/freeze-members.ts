import { script } from '../../redis/script.ts';
import { frozenSchema, KEEP, KNOWN } from './frozen-parts.ts';

/**
 * Keeps an audience of these members, less those that have left. One step, because a member that leaves between the
 * comparison and the keeping would be named by the audience.
 *
 * KEYS: 1 shard's prefix, 2 frozen audience, 3 its unproven part, 4 its engaged part.
 * ARGV: 1 seconds to keep, 2 and 3 engaged sets, 4 everybody's set, 5 bitmap of slots.
 * Answers what {@link frozenSchema} reads.
 */
export const FREEZE_MEMBERS = script(
  `
local shard, frozen, unproven, engaged = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
${KNOWN}
redis.call('SET', frozen, ARGV[5])
redis.call('BITOP', 'AND', frozen, frozen, shard .. 'in:' .. ARGV[4])
${KEEP}`,
  frozenSchema,
);
