import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { timePrefix } from './id.ts';
import type { AlertStatus } from './schema.ts';

const CHUNK = 500;
const TIME_LENGTH = timePrefix(0).length;
/** What earlier releases listed nowhere; what was scheduled they did list. */
const UNLISTED: readonly (AlertStatus | null)[] = ['draft', 'awaiting-approval'];

/**
 * Lists, once, the drafts of earlier releases with what waits. A draft that leaves meanwhile may stay in the list: whoever
 * reads it looks at the status too.
 */
export async function fillWaiting(redis: Redis): Promise<void> {
  if ((await redis.exists(keys.waitingFilled)) === 1) return;
  let places: string[];
  let from = '+';
  do {
    places = await redis.zrevrangebylex(keys.alertsAll('*', '*'), from, '-', 'LIMIT', 0, CHUNK);
    await Promise.all(places.map((place) => fillOne(redis, place.slice(TIME_LENGTH))));
    from = `(${places.at(-1) ?? ''}`;
  } while (places.length === CHUNK);
  await redis.set(keys.waitingFilled, '1');
}

async function fillOne(redis: Redis, id: string): Promise<void> {
  const version = await redis.hget(keys.alert(id), 'version');
  const status = await redis.hget(keys.alert(id), `s:${version ?? ''}`);
  if (!UNLISTED.some((unlisted) => unlisted === status)) return;
  await redis.zadd(keys.waiting, 'NX', '+inf', `${id}:${version ?? ''}`);
}
