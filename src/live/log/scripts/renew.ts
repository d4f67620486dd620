import { script } from '../../../redis/script.ts';

/**
 * Replaces the epoch. One step, because several followers notice a loss at the same time, and only the first may renew.
 *
 * KEYS: epoch.
 * ARGV: epoch that is to be replaced, the new one.
 * Answer: none.
 */
export const RENEW = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end
return false`);
