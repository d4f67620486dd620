import { z } from 'zod';
import { AUDIT_LUA } from '../../editors/audit-script.ts';
import { script } from '../../redis/script.ts';
import { STORY_FACTS_LUA } from '../stories/facts.ts';
import { duplicate, repeated, stale, word } from './answers.ts';
import { IDEMPOTENCY_LUA } from './idempotency.ts';
import { PUBLICATION_LUA } from './publication.ts';

/**
 * Stores version 1; where its status is public, publishes it. One step, so that an accepted alert is in the outbox, and a
 * repetition, a twin, a change of what it was judged by and a fault of the audit chain change nothing. What is sent now or at a
 * time holds the guards of its content.
 *
 * KEYS: 1 audit, 2 kept answer, 3 alert, 4 outbox, 5 waiting, 6 story, 7 its openers, 8 open stories, 9 the newsroom's settings,
 *       10 topics, then the guards of its content, the editors' indexes, the readers' indexes
 * ARGV: 1 link, 2 request, 3 life of the answer (ms), 4 JSON, 5 status, 6 id, 7 now (ms), 8 when it is due (ms) or '',
 *       9 place in the indexes, 10 '1' to allow a twin, 11 life of a guard (ms), 12 guards, 13 editors' indexes,
 *       14 story, 15 its end (ms), 16 '1' to send it to everybody,
 *       17 '1' when it was judged by 18 the settings, 19 the topics and 20 the facts of the story, 21 when it is to go out (ms)
 *       or ''
 * Answer: created | repeated, first answer | idempotency-conflict | judged-too-early | duplicate, id of the twin, what it
 *         shares | stale, hash
 */
export const CREATE = script(
  `${AUDIT_LUA}${IDEMPOTENCY_LUA}${PUBLICATION_LUA}${STORY_FACTS_LUA}
local request, json, status, id, now, due, place = ARGV[2], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local guards = slice(KEYS, 11, tonumber(ARGV[12]))
local editors = slice(KEYS, 11 + #guards, tonumber(ARGV[13]))
local readers = slice(KEYS, 11 + #guards + #editors, #KEYS - 10 - #guards - #editors)

local known = before(KEYS[2], request)
if known then return known end
if ARGV[17] == '1' then
  local settings, topics = redis.call('HGET', KEYS[9], 'settings') or '', redis.call('GET', KEYS[10]) or ''
  local story = storyFacts(KEYS[6], ARGV[21], now)
  if settings ~= ARGV[18] or topics ~= ARGV[19] or story ~= ARGV[20] then return {'judged-too-early'} end
end
local leaves = not WAITING[status] or status == 'scheduled'
local twin = leaves and ARGV[10] ~= '1' and findTwin(guards, id)
if twin then return twin end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[3], 'version', 1, 'v:1', json, 's:1', status, 'published', place)
for _, index in ipairs(editors) do redis.call('ZADD', index, 0, place) end
if WAITING[status] then
  redis.call('HINCRBY', KEYS[3], 'revision', 1)
  await(KEYS[5], id, 1, due)
else
  publish(KEYS[3], id, 1, status, KEYS[4], KEYS[5], now)
  tellStory(KEYS, 6, ARGV, 14, id, now)
  for _, index in ipairs(readers) do redis.call('ZADD', index, 0, place) end
end
if leaves then hold(guards, id, ARGV[11]) end
remember(KEYS[2], request, json, ARGV[3])
audit(KEYS[1])
return {'created'}`,
  z.union([
    word('created'),
    word('idempotency-conflict'),
    word('judged-too-early'),
    repeated,
    duplicate,
    stale,
  ]),
);
