import { z } from 'zod';
import { AUDIT_LUA } from '../../../editors/audit-script.ts';
import { script } from '../../../redis/script.ts';
import { stale, word } from '../../scripts/answers.ts';

/**
 * Renames a story or ends it. One step, because an alert that becomes public at the same time moves its end. Ending it twice
 * is harmless, and the first end counts.
 *
 * KEYS: 1 audit, 2 story, 3 open stories
 * ARGV: 1 link, 2 id, 3 name ('' keeps it), 4 '1' ends it, 5 now (ms)
 * Answer: changed | missing | stale, hash
 */
export const CHANGE_STORY = script(
  `${AUDIT_LUA}
if redis.call('HEXISTS', KEYS[2], 'name') == 0 then return {'missing'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'name', ARGV[3]) end
if ARGV[4] == '1' then
  redis.call('ZREM', KEYS[3], ARGV[2])
  if tonumber(redis.call('HGET', KEYS[2], 'endsAt')) > tonumber(ARGV[5]) then
    redis.call('HSET', KEYS[2], 'endsAt', ARGV[5])
  end
end
audit(KEYS[1])
return {'changed'}`,
  z.union([word('changed'), word('missing'), stale]),
);
