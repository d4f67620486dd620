import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Opens a session with a passkey, notes the passkey's use, and ends the session that it replaces. One step, because a
 * passkey that was removed meanwhile must not sign in, its counter must never go back, and the log must name every session.
 *
 * KEYS: 1 audit log, 2 session, 3 session that ends, 4 the editor's passkeys.
 * ARGV: 1 link, 2 session as JSON, 3 its life in ms, 4 id of the passkey, 5 the JSON that must be stored now, 6 the next one.
 * Answers `opened`, `moved` (the passkey was used or removed in between), or `stale` and the hash to follow.
 */
export const OPEN_PASSKEY_SESSION = script(
  `${AUDIT_LUA}
if redis.call('HGET', KEYS[4], ARGV[4]) ~= ARGV[5] then return {'moved'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[4], ARGV[4], ARGV[6])
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
audit(KEYS[1])
return {'opened'}`,
  z.union([staleAnswer, z.tuple([z.enum(['opened', 'moved'])])]),
);
