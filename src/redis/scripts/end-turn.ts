import { z } from 'zod';
import { script } from '../script.ts';

/**
 * Ends a turn. One step, because a turn that has run out may be somebody else's by now.
 *
 * KEYS: 1 turn
 * ARGV: 1 token of the turn
 * Answer: how many turns ended
 */
export const END_TURN = script(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`,
  z.number(),
);
