import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { duplicate, stale, word, wrongStatus } from './answers.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Changes the newest version while no reader sees it: its text, its status, when it is due. Of two that race, one changes
 * it; the other hears that it has another revision, or a status from which this is not allowed.
 *
 * KEYS: 1 audit, 2 alert, 3 waiting, then the editors' indexes to leave, those to join, the guards of its content before,
 *       and of its content now
 * ARGV: 1 link, 2 version, 3 revision that it must have, 4 JSON, 5 status, 6 id, 7 when it is due (ms) or '',
 *       8 '1' to allow a twin, 9 life of a guard (ms), 10 indexes to leave, 11 indexes to join, 12 guards before,
 *       then the statuses from which this is allowed
 * Answer: changed | missing | moved (there is another version or revision) | wrong-status, the status
 *         | duplicate, id of the twin, what it shares | stale, hash
 */
export const CHANGE = script(
  `${AUDIT_LUA}${PUBLICATION_LUA}
local alert, version, id, due = KEYS[2], ARGV[2], ARGV[6], ARGV[7]
local leave = slice(KEYS, 4, tonumber(ARGV[10]))
local join = slice(KEYS, 4 + #leave, tonumber(ARGV[11]))
local held = slice(KEYS, 4 + #leave + #join, tonumber(ARGV[12]))
local guards = slice(KEYS, 4 + #leave + #join + #held, #KEYS - 3 - #leave - #join - #held)

local known = redis.call('HMGET', alert, 'version', 'revision', 's:' .. version, 'published')
if not known[1] then return {'missing'} end
if known[1] ~= version then return {'moved'} end
if not isOneOf(known[3], ARGV, 13) then return {'wrong-status', known[3]} end
if (known[2] or '0') ~= ARGV[3] then return {'moved'} end
local twin = due ~= '' and ARGV[8] ~= '1' and findTwin(guards, id)
if twin then return twin end
local stale = auditStale(KEYS[1])
if stale then return stale end

redis.call('HSET', alert, 'v:' .. version, ARGV[4], 's:' .. version, ARGV[5])
redis.call('HINCRBY', alert, 'revision', 1)
for _, index in ipairs(leave) do redis.call('ZREM', index, known[4]) end
for _, index in ipairs(join) do redis.call('ZADD', index, 0, known[4]) end
letGo(held, id)
if WAITING[ARGV[5]] then await(KEYS[3], id, version, due) else redis.call('ZREM', KEYS[3], id .. ':' .. version) end
if due ~= '' then hold(guards, id, ARGV[9]) end
audit(KEYS[1])
return {'changed'}`,
  z.union([word('changed'), word('missing'), word('moved'), wrongStatus, duplicate, stale]),
);
