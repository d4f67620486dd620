import { z } from 'zod';
import { AUDIT_LUA, staleAnswer } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';

/**
 * Deletes a source with its secret. One step, because the secret must not outlive the source, and the log must name the
 * change.
 *
 * KEYS: 1 audit log, 2 sources, 3 secrets of the sources
 * ARGV: 1 link, 2 id
 * Answer: deleted | missing | stale, hash
 */
export const DELETE_SOURCE = script(
  `${AUDIT_LUA}
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'missing'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
audit(KEYS[1])
return {'deleted'}`,
  z.union([staleAnswer, z.tuple([z.enum(['deleted', 'missing'])])]),
);
