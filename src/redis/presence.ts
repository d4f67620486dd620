import type { Logger } from '../ops/logger.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';
import { runScript } from './script.ts';
import { LIST_PRESENT } from './scripts/list-present.ts';
import { TELL_PRESENCE } from './scripts/tell-presence.ts';

const EVERY_MS = 3000;
/** A process counts as present for so long after its last sign of life. */
const LIFE_MS = 10_000;

export type ProcessRole = 'server' | 'workers';

/** The signs of life of this process. */
export interface Presence {
  close(): Promise<void>;
}

/**
 * @param deps.name unique among all processes
 * @param deps.news what else the other processes should know now, fit for JSON
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
    await runScript(redis, TELL_PRESENCE, names, [member, LIFE_MS, news]);
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

/** How many processes of a role are present. */
export async function countPresent(redis: Redis, role: ProcessRole): Promise<number> {
  return (await presentNames(redis)).filter((name) => name.startsWith(`${role}:`)).length;
}

/** The latest news of the other processes of a role, some seconds old. */
export async function newsOfOthers(redis: Redis, role: ProcessRole, ownName: string): Promise<unknown[]> {
  const present = await presentNames(redis);
  const names = present.filter((name) => name.startsWith(`${role}:`) && name !== ownName);
  const texts = names.length === 0 ? [] : await redis.mget(names.map(keys.newsOf));
  return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as unknown);
}

/** `role:name` of each process that is present. */
export async function presentNames(redis: Redis): Promise<string[]> {
  return runScript(redis, LIST_PRESENT, [keys.presence], [LIFE_MS]);
}
