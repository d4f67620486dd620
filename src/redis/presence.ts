import { AggregatorRegistry } from 'prom-client';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';

const EVERY_MS = 3000;
/** A process that has not been heard of for so long is not counted any more. */
const LIFE_MS = 10_000;

export type ProcessRole = 'server' | 'workers';

/** Tells the other processes that this one lives, and what it has measured. */
export interface Presence {
  close(): Promise<void>;
}

/**
 * @param deps.name unique among all processes
 * @param deps.news what else the others should know now, as JSON has it
 */
export async function openPresence(deps: {
  redis: Redis;
  role: ProcessRole;
  name: string;
  metrics: Metrics;
  logger: Logger;
  news?: () => unknown;
}): Promise<Presence> {
  const name = `${deps.role}:${deps.name}`;
  async function tell(): Promise<void> {
    const metrics = JSON.stringify(await deps.metrics.getMetricsAsJSON());
    const telling = deps.redis
      .multi()
      .zadd(keys.presence, Date.now(), name)
      .set(keys.presenceOf(name), metrics, 'PX', LIFE_MS)
      .zremrangebyscore(keys.presence, '-inf', Date.now() - LIFE_MS);
    if (deps.news !== undefined) telling.set(keys.newsOf(name), JSON.stringify(deps.news()), 'PX', LIFE_MS);
    await telling.exec();
  }
  const timer = setInterval(() => {
    tell().catch((error: unknown) => deps.logger.debug({ err: error }, 'presence not told'));
  }, EVERY_MS);
  await tell();
  return {
    close: async () => {
      clearInterval(timer);
      await deps.redis.multi().zrem(keys.presence, name).del(keys.presenceOf(name), keys.newsOf(name)).exec();
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

function presentNames(redis: Redis): Promise<string[]> {
  return redis.zrangebyscore(keys.presence, Date.now() - LIFE_MS, '+inf');
}

/** The measurements of every process, added up, as Prometheus text. This process's own are taken fresh. */
export async function allMetrics(redis: Redis, own: Metrics, ownName: string): Promise<string> {
  const names = await presentNames(redis)
    .then((all) => all.filter((name) => name !== ownName))
    // While Redis is away an operator still wants to see what this process says.
    .catch(() => []);
  const others = names.length === 0 ? [] : await redis.mget(names.map(keys.presenceOf)).catch(() => []);
  const texts = others.filter((text) => text !== null);
  return AggregatorRegistry.aggregate([
    await own.getMetricsAsJSON(),
    ...texts.map((text) => JSON.parse(text) as object[]),
  ]).metrics();
}
