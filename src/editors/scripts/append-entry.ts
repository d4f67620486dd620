import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { AUDIT_LUA, staleAnswer } from '../audit-script.ts';

/**
 * Writes an entry of the audit log that comes with no other effect. One step, because two entries must never follow the
 * same one.
 *
 * KEYS: 1 audit log.
 * ARGV: 1 link.
 * Answers `appended`, or `stale` and the hash to follow.
 */
export const APPEND_ENTRY = script(
  `${AUDIT_LUA}
local stale = auditStale(KEYS[1])
if stale then return stale end
audit(KEYS[1])
return {'appended'}`,
  z.union([staleAnswer, z.tuple([z.literal('appended')])]),
);
