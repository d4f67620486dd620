import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Ends a session. One step, so that a session which is closed twice at once is logged once.
 *
 * KEYS: 1 audit log, 2 session.
 * ARGV: 1 link.
 * Answers `closed`, `missing` (it had ended before; nothing is logged), or `stale` and the hash to follow.
 */
export const CLOSE_SESSION = script(
  `${AUDIT_LUA}
if redis.call('EXISTS', KEYS[2]) == 0 then return {'missing'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('DEL', KEYS[2])
audit(KEYS[1])
return {'closed'}`,
  z.union([staleAnswer, z.tuple([z.enum(['closed', 'missing'])])]),
);
