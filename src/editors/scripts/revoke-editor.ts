import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';
import { END_KEYS } from './end-keys.ts';

/**
 * Ends an editor's keys for good. One step, because no key may be given in between, and the log must name the change.
 *
 * KEYS: 1 audit log, 2 editors, 3 API keys.
 * ARGV: 1 link, 2 id, 3 time (RFC 3339).
 * Answers `revoked` and the editor as JSON, `missing`, or `stale` and the hash to follow. An editor who was revoked before
 * keeps the earlier time.
 */
export const REVOKE_EDITOR = script(
  `${AUDIT_LUA}${END_KEYS}
local stored = redis.call('HGET', KEYS[2], ARGV[2])
if not stored then return {'missing'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
endKeys(KEYS[3], ARGV[2])
local editor = cjson.decode(stored)
if editor.revokedAt == cjson.null then
  editor.revokedAt = ARGV[3]
  redis.call('HSET', KEYS[2], ARGV[2], cjson.encode(editor))
end
audit(KEYS[1])
return {'revoked', redis.call('HGET', KEYS[2], ARGV[2])}`,
  z.union([staleAnswer, z.tuple([z.literal('missing')]), z.tuple([z.literal('revoked'), z.string()])]),
);
