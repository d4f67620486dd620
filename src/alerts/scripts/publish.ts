import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { duplicate, stale, word, wrongStatus } from './answers.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Makes the newest version, which is stored, public. Of two that race, one publishes; the other hears the status.
 *
 * KEYS: 1 audit, 2 alert, 3 outbox, 4 waiting, 5 story, 6 its openers, 7 open stories, then the guards of its content, the
 *       editors' indexes, the readers' indexes
 * ARGV: 1 link, 2 version, 3 revision that it must have, 4 JSON with its time of publication, 5 status, 6 id, 7 now (ms),
 *       8 place in the indexes, 9 '1' to allow a twin, 10 life of a guard (ms), 11 guards, 12 editors' indexes,
 *       13 story, 14 its end (ms), 15 '1' to send it to everybody, then the statuses from which this is allowed
 * Answer: published | missing | moved (there is another version or revision) | wrong-status, the status
 *         | duplicate, id of the twin, what it shares | stale, hash
 */
export const PUBLISH = script(
  `${AUDIT_LUA}${PUBLICATION_LUA}
local alert, version, id, place = KEYS[2], ARGV[2], ARGV[6], ARGV[8]
local guards = slice(KEYS, 8, tonumber(ARGV[11]))
local editors = slice(KEYS, 8 + #guards, tonumber(ARGV[12]))
local readers = slice(KEYS, 8 + #guards + #editors, #KEYS - 7 - #guards - #editors)

local known = redis.call('HMGET', alert, 'version', 'revision', 's:' .. version)
if not known[1] then return {'missing'} end
if known[1] ~= version then return {'moved'} end
if not isOneOf(known[3], ARGV, 16) then return {'wrong-status', known[3]} end
if (known[2] or '0') ~= ARGV[3] then return {'moved'} end
local twin = ARGV[9] ~= '1' and findTwin(guards, id)
if twin then return twin end
local stale = auditStale(KEYS[1])
if stale then return stale end

redis.call('HSET', alert, 'v:' .. version, ARGV[4])
if version == '1' then
  -- The lists are in the order of publication.
  local before = redis.call('HGET', alert, 'published')
  redis.call('HSET', alert, 'published', place)
  for _, index in ipairs(editors) do
    redis.call('ZREM', index, before)
    redis.call('ZADD', index, 0, place)
  end
  for _, index in ipairs(readers) do redis.call('ZADD', index, 0, place) end
  tellStory(KEYS, 5, ARGV, 13, id, ARGV[7])
end
publish(alert, id, version, ARGV[5], KEYS[3], KEYS[4], ARGV[7])
hold(guards, id, ARGV[10])
audit(KEYS[1])
return {'published'}`,
  z.union([word('published'), word('missing'), word('moved'), wrongStatus, duplicate, stale]),
);
