import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Sets a text that editors change, with its audit entry. One step, because a change that was made in between must not be
 * lost, and the log must name each change.
 *
 * KEYS: 1 audit log, 2 text.
 * ARGV: 1 link, 2 text, 3 the text that it must be now ('' is none).
 * Answers `set`, `moved` (it is another text), or `stale` and the hash to follow.
 */
export const SET_TEXT = script(
  `${AUDIT_LUA}
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[3] then return {'moved'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('SET', KEYS[2], ARGV[2])
audit(KEYS[1])
return {'set'}`,
  z.union([staleAnswer, z.tuple([z.enum(['set', 'moved'])])]),
);
