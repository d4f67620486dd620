import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { stale, word, wrongStatus } from './answers.ts';

/**
 * Stops every version that is being sent, with its audit entry in the same step.
 *
 * KEYS: 1 audit, 2 alert. ARGV: 1 link
 * Answer: aborted | missing | wrong-status, the newest version's status | stale, hash
 */
export const ABORT = script(
  `${AUDIT_LUA}
local version = tonumber(redis.call('HGET', KEYS[2], 'version'))
if not version then return {'missing'} end
local sending = {}
for n = 1, version do
  if redis.call('HGET', KEYS[2], 's:' .. n) == 'sending' then sending[#sending + 1] = n end
end
if #sending == 0 then return {'wrong-status', redis.call('HGET', KEYS[2], 's:' .. version)} end
local stale = auditStale(KEYS[1])
if stale then return stale end
for _, n in ipairs(sending) do redis.call('HSET', KEYS[2], 's:' .. n, 'aborted') end
redis.call('HINCRBY', KEYS[2], 'revision', 1)
audit(KEYS[1])
return {'aborted'}`,
  z.union([word('aborted'), word('missing'), wrongStatus, stale]),
);
