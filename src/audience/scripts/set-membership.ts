import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { RECORDS, SLOTS } from './parts.ts';
import { KEEP_STORY } from './story-parts.ts';

/**
 * A reader follows a story or leaves it. One step, because the slot may get another subscription between the comparison of the
 * secret and the write.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids, 3 the story's members, 4 who left it.
 * ARGV: 1 field, 2 auth, 3 story, 4 '1' follows, '0' leaves, 5 until when the story is kept (ms).
 * Answers `set`, `missing`, or `denied` (another secret).
 */
export const SET_MEMBERSHIP = script(
  `${SLOTS}${RECORDS}${KEEP_STORY}
local slot = redis.call('HGET', KEYS[2], ARGV[1])
if not slot then return 'missing' end
slot = tonumber(slot)
if not owns(read(slot), ARGV[2]) then return 'denied' end
redis.call('SETBIT', KEYS[3], slot, ARGV[4])
redis.call('SETBIT', KEYS[4], slot, 1 - ARGV[4])
keepStory(KEYS[3], KEYS[4], ARGV[3], ARGV[5])
return 'set'`,
  z.enum(['set', 'missing', 'denied']),
);
