import { z } from 'zod';
import { script } from '../script.ts';

/**
 * Reads Redis's clock. A script and not the command alone, because a Redis Cluster sends a command without a key to any
 * node, and the clocks of nodes differ.
 *
 * KEYS: 1 any key of the core's slot.
 * ARGV: none.
 * Answers the seconds since the epoch, and the microseconds of the second.
 */
export const READ_TIME = script(`return redis.call('TIME')`, z.tuple([z.coerce.number(), z.coerce.number()]));
