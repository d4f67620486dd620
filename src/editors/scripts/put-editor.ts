import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';
import { END_KEYS } from './end-keys.ts';

/**
 * Adds an editor with a key, or gives an editor who is there another key. One step, because processes that start together
 * must make one admin key, a revoked editor must never get a key, and the log must name the change.
 *
 * KEYS: 1 audit log, 2 editors, 3 API keys.
 * ARGV: 1 link, 2 id, 3 editor as JSON, 4 hash of the key, 5 `1` to add only.
 * Answers `added`, `replaced` (the earlier key has ended), `unchanged` (the editor has this key, or was not to be replaced),
 * `revoked` (the editor was revoked and gets none), or `stale` and the hash to follow. The first two are logged.
 */
export const PUT_EDITOR = script(
  `${AUDIT_LUA}${END_KEYS}
local before = redis.call('HGET', KEYS[2], ARGV[2])
if before and ARGV[5] == '1' then return {'unchanged'} end
if before and cjson.decode(before).revokedAt ~= cjson.null then return {'revoked'} end
if redis.call('HGET', KEYS[3], ARGV[4]) == ARGV[2] then return {'unchanged'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
if before then endKeys(KEYS[3], ARGV[2]) else redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
redis.call('HSET', KEYS[3], ARGV[4], ARGV[2])
audit(KEYS[1])
return {before and 'replaced' or 'added'}`,
  z.union([staleAnswer, z.tuple([z.enum(['added', 'replaced', 'unchanged', 'revoked'])])]),
);
