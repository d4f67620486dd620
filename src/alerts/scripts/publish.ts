import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { duplicate, stale, word, wrongStatus } from './answers.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Makes the newest version, which is stored, public. Of two that race, one publishes; the other hears the status.
 *
 * KEYS: 1 audit, 2 alert, 3 outbox, then the guards of its content, the editors' indexes, the readers' indexes
 * ARGV: 1 link, 2 version, 3 JSON with its time of publication, 4 status, 5 outbox member, 6 now (ms), 7 id,
 *       8 place in the indexes, 9 '1' to allow a twin, 10 life of a guard (ms), 11 guards, 12 editors' indexes,
 *       then the statuses from which this is allowed
 * Answer: published | missing | moved (there is a later version) | wrong-status, the status | duplicate, id of the twin
 *         | stale, hash
 */
export const PUBLISH = script(
  `${AUDIT_LUA}${PUBLICATION_LUA}
local alert, version, id, place = KEYS[2], ARGV[2], ARGV[7], ARGV[8]
local guards = slice(KEYS, 4, tonumber(ARGV[11]))
local editors = slice(KEYS, 4 + #guards, tonumber(ARGV[12]))
local readers = slice(KEYS, 4 + #guards + #editors, #KEYS - 3 - #guards - #editors)

local newest = redis.call('HGET', alert, 'version')
if not newest then return {'missing'} end
if newest ~= version then return {'moved'} end
local status = redis.call('HGET', alert, 's:' .. version)
local allowed = false
for i = 13, #ARGV do allowed = allowed or ARGV[i] == status end
if not allowed then return {'wrong-status', status} end
local twin = findTwin(guards, id)
if twin and ARGV[9] ~= '1' then return {'duplicate', twin} end
local stale = auditStale(KEYS[1])
if stale then return stale end

redis.call('HSET', alert, 'v:' .. version, ARGV[3])
if version == '1' then
  -- The lists are in the order of publication.
  local before = redis.call('HGET', alert, 'published')
  redis.call('HSET', alert, 'published', place)
  for _, index in ipairs(editors) do
    redis.call('ZREM', index, before)
    redis.call('ZADD', index, 0, place)
  end
  for _, index in ipairs(readers) do redis.call('ZADD', index, 0, place) end
end
publish(alert, version, ARGV[4], KEYS[3], ARGV[5], ARGV[6])
for _, guard in ipairs(guards) do redis.call('SET', guard, id, 'PX', ARGV[10]) end
audit(KEYS[1])
return {'published'}`,
  z.union([word('published'), word('missing'), word('moved'), wrongStatus, duplicate, stale]),
);
