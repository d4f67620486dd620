import { script } from '../script.ts';
import { NOW } from './now.ts';

/**
 * Says that a process lives, and forgets the processes that have said nothing for too long. One step, for Redis's clock:
 * machines whose clocks differ see each other.
 *
 * KEYS: 1 presence, 2 news of the process.
 * ARGV: 1 its name, 2 for how long it counts as present (ms), 3 its news as JSON, or empty.
 * No answer.
 */
export const TELL_PRESENCE = script(`${NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2]) end`);
