import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Opens a session and ends the one that it replaces. One step, because the log must name every session that was opened.
 *
 * KEYS: 1 audit log, 2 session, 3 session that ends.
 * ARGV: 1 link, 2 session as JSON, 3 its life in ms.
 * Answers `opened`, or `stale` and the hash to follow.
 */
export const OPEN_SESSION = script(
  `${AUDIT_LUA}
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
audit(KEYS[1])
return {'opened'}`,
  z.union([staleAnswer, z.tuple([z.literal('opened')])]),
);
