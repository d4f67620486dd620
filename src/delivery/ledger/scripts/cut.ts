import { z } from 'zod';
import { script } from '../../../redis/script.ts';
import { FINISHED_LUA } from './parts.ts';

/**
 * The audience is cut into batches. A fan-out that was run again counts as progress, so that the next one waits. One step:
 * of this and the last outcome, one sees that the version is finished.
 *
 * KEYS: 1 report. ARGV: 1 batches, 2 now (ms)
 * Answer: 1 when no delivery is pending, else 0
 */
export const CUT = script(
  `${FINISHED_LUA}
redis.call('HSET', KEYS[1], 'cut', 1, 'batches', ARGV[1], 'progressAt', ARGV[2])
return finished(KEYS[1])`,
  z.literal([0, 1]),
);
