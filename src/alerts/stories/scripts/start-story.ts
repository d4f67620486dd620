import { z } from 'zod';
import { AUDIT_LUA } from '../../../editors/audit-script.ts';
import { script } from '../../../redis/script.ts';
import { stale, word } from '../../scripts/answers.ts';

/**
 * Starts a story. One step, so that of calls that come at once none goes beyond the bound. It also forgets the stories that
 * have ended, in the list of open ones.
 *
 * KEYS: 1 audit, 2 story, 3 open stories
 * ARGV: 1 link, 2 id, 3 name, 4 language, 5 now (ms), 6 when it ends (ms), 7 open stories at most
 * Answer: started | full | stale, hash
 */
export const START_STORY = script(
  `${AUDIT_LUA}
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[5])
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[7]) then return {'full'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[2], 'name', ARGV[3], 'lang', ARGV[4], 'startedAt', ARGV[5], 'endsAt', ARGV[6], 'plannedEnd', ARGV[6])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[2])
audit(KEYS[1])
return {'started'}`,
  z.union([word('started'), word('full'), stale]),
);
