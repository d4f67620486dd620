import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { duplicate, repeated, stale, word } from './answers.ts';
import { IDEMPOTENCY_LUA } from './idempotency.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Stores version 1; where its status is public, publishes it. One step, so that an accepted alert is in the outbox, and a
 * repetition, a twin and a fault of the audit chain change nothing.
 *
 * KEYS: 1 audit, 2 kept answer, 3 alert, 4 outbox, then the guards of its content, the editors' indexes, the readers' indexes
 * ARGV: 1 link, 2 request, 3 life of the answer (ms), 4 JSON, 5 status, 6 outbox member, 7 now (ms), 8 id,
 *       9 place in the indexes, 10 '1' to allow a twin, 11 life of a guard (ms), 12 guards, 13 editors' indexes
 * Answer: created | repeated, first answer | idempotency-conflict | duplicate, id of the twin | stale, hash
 */
export const CREATE = script(
  `${AUDIT_LUA}${IDEMPOTENCY_LUA}${PUBLICATION_LUA}
local request, life, json, status, now, id, place = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[7], ARGV[8], ARGV[9]
local guards = slice(KEYS, 5, tonumber(ARGV[12]))
local editors = slice(KEYS, 5 + #guards, tonumber(ARGV[13]))
local readers = slice(KEYS, 5 + #guards + #editors, #KEYS - 4 - #guards - #editors)

local known = before(KEYS[2], request)
if known then return known end
local twin = findTwin(guards, id)
if twin and ARGV[10] ~= '1' then return {'duplicate', twin} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[3], 'version', 1, 'v:1', json, 's:1', status, 'published', place)
for _, index in ipairs(editors) do redis.call('ZADD', index, 0, place) end
if not WAITING[status] then
  publish(KEYS[3], 1, status, KEYS[4], ARGV[6], now)
  for _, index in ipairs(readers) do redis.call('ZADD', index, 0, place) end
  for _, guard in ipairs(guards) do redis.call('SET', guard, id, 'PX', ARGV[11]) end
end
remember(KEYS[2], request, json, life)
audit(KEYS[1])
return {'created'}`,
  z.union([word('created'), word('idempotency-conflict'), repeated, duplicate, stale]),
);
