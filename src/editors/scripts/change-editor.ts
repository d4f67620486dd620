import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';
import { END_KEYS } from './end-keys.ts';

/**
 * Changes an editor's name or role, or revokes the editor. One step, because an admin must be left, a change that was made
 * in between must not be lost, a revoked editor must not keep a key, and the log must name the change.
 *
 * KEYS: 1 audit log, 2 editors, 3 API keys.
 * ARGV: 1 link, 2 id, 3 editor as JSON, 4 the JSON that must be stored now.
 * Answers `changed`, `moved` (another JSON is stored), `last-admin` (none would be left), or `stale` and the hash to follow.
 */
export const CHANGE_EDITOR = script(
  `${AUDIT_LUA}${END_KEYS}
local function isAdmin(editor) return editor.role == 'admin' and editor.revokedAt == cjson.null end
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[4] then return {'moved'} end
local after = cjson.decode(ARGV[3])
if isAdmin(cjson.decode(ARGV[4])) and not isAdmin(after) then
  local admins = 0
  for _, stored in ipairs(redis.call('HVALS', KEYS[2])) do
    if isAdmin(cjson.decode(stored)) then admins = admins + 1 end
  end
  if admins < 2 then return {'last-admin'} end
end
local stale = auditStale(KEYS[1])
if stale then return stale end
if after.revokedAt ~= cjson.null then endKeys(KEYS[3], ARGV[2]) end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
audit(KEYS[1])
return {'changed'}`,
  z.union([staleAnswer, z.tuple([z.enum(['changed', 'moved', 'last-admin'])])]),
);
