import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Makes a retry a run's own by a new mark. One step: of two runs, the later one has it.
 *
 * KEYS: 1 retries. ARGV: 1 id, 2 new mark (4 bytes)
 * Answer: the retry as it was, in bytes; nil when nothing remains of it
 */
export const CLAIM_RETRY = script(
  `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. string.sub(known, 5)) end
return known`,
  z.instanceof(Buffer).nullable(),
);
