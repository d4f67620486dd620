import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { repeated, stale, word, wrongStatus } from './answers.ts';
import { IDEMPOTENCY_LUA } from './idempotency.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Adds the version that follows, and publishes it: the earlier ones end in the same step.
 *
 * KEYS: 1 audit, 2 kept answer, 3 alert, 4 outbox
 * ARGV: 1 link, 2 request, 3 life of the answer (ms), 4 JSON, 5 status, 6 outbox member, 7 now (ms), 8 version,
 *       then the statuses of the version before it from which this is allowed
 * Answer: created | repeated, first answer | idempotency-conflict | moved (it follows another version by now)
 *         | wrong-status, the status | stale, hash
 */
export const ADD_VERSION = script(
  `${AUDIT_LUA}${IDEMPOTENCY_LUA}${PUBLICATION_LUA}
local request, life, json, status, now, version = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[7], ARGV[8]
local known = before(KEYS[2], request)
if known then return known end
local last = tostring(tonumber(version) - 1)
if redis.call('HGET', KEYS[3], 'version') ~= last then return {'moved'} end
local lastStatus = redis.call('HGET', KEYS[3], 's:' .. last)
local allowed = false
for i = 9, #ARGV do allowed = allowed or ARGV[i] == lastStatus end
if not allowed then return {'wrong-status', lastStatus} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[3], 'version', version, 'v:' .. version, json)
publish(KEYS[3], version, status, KEYS[4], ARGV[6], now)
remember(KEYS[2], request, json, life)
audit(KEYS[1])
return {'created'}`,
  z.union([word('created'), word('idempotency-conflict'), word('moved'), repeated, wrongStatus, stale]),
);
