import { z } from 'zod';
import { script } from '../script.ts';
import { NOW } from './now.ts';

/**
 * Lists the processes that live. A script, for Redis's clock.
 *
 * KEYS: 1 presence.
 * ARGV: 1 for how long a process counts as present (ms).
 * Answers their names.
 */
export const LIST_PRESENT = script(
  `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf')`,
  z.array(z.string()),
);
