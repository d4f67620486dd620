import { z } from 'zod';
import { AUDIT_LUA, staleAnswer } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';

/**
 * Adds a source or replaces its settings. One step, because two changes at once must leave the settings of one of them, a
 * source must never be without a secret, and the log must name the change.
 *
 * KEYS: 1 audit log, 2 sources, 3 secrets of the sources
 * ARGV: 1 link, 2 id, 3 settings as JSON, 4 secret, or '' to keep the one that is stored, 5 secret for a source that has none,
 *       6 most sources
 * Answer: added | replaced, each with `1` where the secret 5 was taken, else `` | full | stale, hash
 */
export const PUT_SOURCE = script(
  `${AUDIT_LUA}
local id, secret = ARGV[2], ARGV[4]
local known = redis.call('HEXISTS', KEYS[2], id) == 1
if not known and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[6]) then return {'full'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
local made = secret == '' and redis.call('HEXISTS', KEYS[3], id) == 0
if made then secret = ARGV[5] end
redis.call('HSET', KEYS[2], id, ARGV[3])
if secret ~= '' then redis.call('HSET', KEYS[3], id, secret) end
audit(KEYS[1])
return {known and 'replaced' or 'added', made and '1' or ''}`,
  z.union([
    staleAnswer,
    z.tuple([z.literal('full')]),
    z.tuple([z.enum(['added', 'replaced']), z.enum(['1', ''])]),
  ]),
);
