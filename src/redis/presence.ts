import type { Logger } from '../ops/logger.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';
import { runScript, script } from './script.ts';

const EVERY_MS = 3000;
/** A process that has not been heard of for so long is not counted any more. */
const LIFE_MS = 10_000;

export type ProcessRole = 'server' | 'workers';

/** Tells the other processes that this one lives. */
export interface Presence {
  close(): Promise<void>;
}

/** By Redis's clock, so that machines whose clocks differ see each other: milliseconds since the epoch. */
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Says that a process lives. One step, for the time.
 * KEYS[1] presence, KEYS[2] news of the process; ARGV[1] its name, ARGV[2] life (ms), ARGV[3] news as JSON, or empty.
 */
const TELL = script(`${NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2]) end`);

/** KEYS[1] presence; ARGV[1] life (ms). Answers the names of those that live. */
const PRESENT = script(`${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf')`);

/**
 * @param deps.name unique among all processes
 * @param deps.news what else the others should know now, as JSON has it
 */
export async function openPresence(deps: {
  redis: Redis;
  role: ProcessRole;
  name: string;
  logger: Logger;
  news?: () => unknown;
}): Promise<Presence> {
  const { redis, name } = deps;
  const member = `${deps.role}:${name}`;
  const names = [keys.presence, keys.newsOf(member)];
  async function tell(): Promise<void> {
    const news = deps.news === undefined ? '' : JSON.stringify(deps.news());
    await runScript(redis, TELL, names, [member, LIFE_MS, news]);
  }
  const timer = setInterval(() => {
    tell().catch((error: unknown) =>
      deps.logger.debug({ err: error }, 'could not report the presence of this process'),
    );
  }, EVERY_MS);
  await tell();
  return {
    close: async () => {
      clearInterval(timer);
      await redis.multi().zrem(keys.presence, member).del(keys.newsOf(member)).exec();
    },
  };
}

/** How many processes of a role have been heard of lately. */
export async function countPresent(redis: Redis, role: ProcessRole): Promise<number> {
  return (await presentNames(redis)).filter((name) => name.startsWith(`${role}:`)).length;
}

/** What the other processes of a role have told last: some seconds old. */
export async function newsOfOthers(redis: Redis, role: ProcessRole, ownName: string): Promise<unknown[]> {
  const present = await presentNames(redis);
  const names = present.filter((name) => name.startsWith(`${role}:`) && name !== ownName);
  const texts = names.length === 0 ? [] : await redis.mget(names.map(keys.newsOf));
  return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as unknown);
}

/** `role:name` of each process that has been heard of lately. */
export async function presentNames(redis: Redis): Promise<string[]> {
  return (await runScript(redis, PRESENT, [keys.presence], [LIFE_MS])) as string[];
}
