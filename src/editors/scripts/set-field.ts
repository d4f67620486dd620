import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Sets or removes a field of a hash, with its audit entry in the same step.
 *
 * KEYS: 1 audit log, 2 hash.
 * ARGV: 1 link, 2 field, 3 value ('' removes it), 4 the value that it must have ('' is none), 5 fields at most
 * Answers `set`, `moved` (it has another value), `full`, or `stale` and the hash to follow.
 */
export const SET_FIELD = script(
  `${AUDIT_LUA}
local known = redis.call('HGET', KEYS[2], ARGV[2])
if (known or '') ~= ARGV[4] then return {'moved'} end
if not known and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[5]) then return {'full'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[2], ARGV[2])
else
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
audit(KEYS[1])
return {'set'}`,
  z.union([staleAnswer, z.tuple([z.enum(['set', 'moved', 'full'])])]),
);
