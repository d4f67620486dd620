import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { RECORDS, SLOTS } from './parts.ts';
import { SLOTS_STORIES } from './story-parts.ts';

/**
 * The stories that a subscription is a member of.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids. ARGV: 1 field, 2 auth.
 * Answers `missing`, `denied` (another secret), or `found` and the ids.
 */
export const LIST_MEMBERSHIPS = script(
  `${SLOTS}${RECORDS}${SLOTS_STORIES}
local slot = redis.call('HGET', KEYS[2], ARGV[1])
if not slot then return { 'missing' } end
slot = tonumber(slot)
if not owns(read(slot), ARGV[2]) then return { 'denied' } end
return { 'found', unpack(storiesOf(slot)) }`,
  z.tuple([z.enum(['found', 'missing', 'denied'])]).rest(z.string()),
);
