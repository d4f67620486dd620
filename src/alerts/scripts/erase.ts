import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { stale, word } from './answers.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Puts blank versions in the place of all that there are, ends each, takes the alert out of readers' lists and off the
 * schedule, and frees its guards, which are made of its text. One step, so that no version with text comes in between.
 *
 * KEYS: 1 audit, 2 alert, 3 waiting, then the guards of its content, the readers' indexes
 * ARGV: 1 link, 2 how many versions there are, 3 place in the indexes, 4 id, 5 guards, then the JSON of each version
 * Answer: erased | moved (a version came in between) | stale, hash
 */
export const ERASE = script(
  `${AUDIT_LUA}${PUBLICATION_LUA}
if redis.call('HGET', KEYS[2], 'version') ~= ARGV[2] then return {'moved'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
for n = 1, tonumber(ARGV[2]) do
  local field = 's:' .. n
  local unseen = WAITING[redis.call('HGET', KEYS[2], field)] or redis.call('HGET', KEYS[2], field) == 'cancelled'
  redis.call('HSET', KEYS[2], 'v:' .. n, ARGV[5 + n], field, unseen and 'cancelled' or 'retracted')
  redis.call('ZREM', KEYS[3], ARGV[4] .. ':' .. n)
end
local guards = slice(KEYS, 4, tonumber(ARGV[5]))
letGo(guards, ARGV[4])
for i = 4 + #guards, #KEYS do redis.call('ZREM', KEYS[i], ARGV[3]) end
audit(KEYS[1])
return {'erased'}`,
  z.union([word('erased'), word('moved'), stale]),
);
