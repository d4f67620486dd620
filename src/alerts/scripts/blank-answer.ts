import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Takes an alert's text out of an answer that is kept for an `Idempotency-Key`. The request stays known, so that it is not
 * done again. One step, because the answer may expire.
 *
 * KEYS: 1 kept answer. ARGV: 1 alert id, 2 headline
 * Answer: 1 if it was an answer about this alert, else 0
 */
export const BLANK_ANSWER = script(
  `
local answer = redis.call('HGET', KEYS[1], 'answer')
local known, alert = pcall(cjson.decode, answer or '')
if not known or type(alert) ~= 'table' or alert.id ~= ARGV[1] then return 0 end
alert.headline = ARGV[2]
for _, name in ipairs({'body', 'note', 'url', 'image'}) do alert[name] = cjson.null end
redis.call('HSET', KEYS[1], 'answer', cjson.encode(alert))
return 1`,
  z.literal([0, 1]),
);
