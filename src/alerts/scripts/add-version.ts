import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { repeated, stale, word, wrongStatus } from './answers.ts';
import { IDEMPOTENCY_LUA } from './idempotency.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Adds the version that follows; where its status is public, publishes it: the earlier ones end in the same step. It follows
 * what readers have: where the version before it waits or was cancelled, the public one counts. One that waits is cancelled.
 *
 * KEYS: 1 audit, 2 kept answer, 3 alert, 4 outbox, 5 waiting, 6 the newsroom's settings, then the guards of its content
 * ARGV: 1 link, 2 request, 3 life of the answer (ms), 4 JSON, 5 status, 6 id, 7 now (ms), 8 version,
 *       9 when it is due (ms) or '', 10 life of a guard (ms), 11 '1' when it was judged by 12 the settings, then the
 *       statuses of the public version from which this is allowed
 * Answer: created | repeated, first answer | idempotency-conflict | moved (it follows another version, or other settings
 *         count, by now) | wrong-status, the status | stale, hash
 */
export const ADD_VERSION = script(
  `${AUDIT_LUA}${IDEMPOTENCY_LUA}${PUBLICATION_LUA}
local alert, request, json, status, id, version = KEYS[3], ARGV[2], ARGV[4], ARGV[5], ARGV[6], ARGV[8]
local known = before(KEYS[2], request)
if known then return known end
local last = tostring(tonumber(version) - 1)
if redis.call('HGET', alert, 'version') ~= last then return {'moved'} end
if ARGV[11] == '1' and (redis.call('HGET', KEYS[6], 'settings') or '') ~= ARGV[12] then return {'moved'} end
local lastStatus = redis.call('HGET', alert, 's:' .. last)
local public = redis.call('HGET', alert, 'public')
if public and (WAITING[lastStatus] or lastStatus == 'cancelled') then
  lastStatus = redis.call('HGET', alert, 's:' .. public)
end
if not isOneOf(lastStatus, ARGV, 13) then return {'wrong-status', lastStatus} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', alert, 'version', version, 'v:' .. version, json)
if WAITING[status] then
  cancelWaiting(alert, id, last, KEYS[5])
  redis.call('HSET', alert, 's:' .. version, status)
  redis.call('HINCRBY', alert, 'revision', 1)
  await(KEYS[5], id, version, ARGV[9])
else
  publish(alert, id, version, status, KEYS[4], KEYS[5], ARGV[7])
  hold(slice(KEYS, 7, #KEYS - 6), id, ARGV[10])
end
remember(KEYS[2], request, json, ARGV[3])
audit(KEYS[1])
return {'created'}`,
  z.union([word('created'), word('idempotency-conflict'), word('moved'), repeated, wrongStatus, stale]),
);
