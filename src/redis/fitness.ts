import type { Logger } from '../ops/logger.ts';
import type { Redis } from './connect.ts';
import { askRedis, refuseUnfit, type RedisFitness } from './requirements.ts';

/** Settings may change while Redis runs, and a new master may have others. */
const EVERY_MS = 30_000;

export interface RedisWatch {
  /** What is wrong with Redis, for `/readyz`; the last that is known. */
  current(): RedisFitness;
  close(): void;
}

/**
 * Asks Redis whether it is what we need: now, at each reconnect, and every half a minute.
 * @throws {UnfitError} when it is not, at the start; later that is said and nothing ends
 */
export async function watchRedis(deps: { redis: Redis; logger: Logger }): Promise<RedisWatch> {
  const { redis, logger } = deps;
  let known = await askRedis(redis);
  refuseUnfit(known);
  let told = '';
  const tell = (): void => {
    const { unfit, faults, warnings } = known;
    const text = JSON.stringify(known);
    if (text === told) return;
    told = text;
    const wrong = [...unfit, ...faults];
    if (wrong.length > 0) logger.error({ wrong }, 'Redis does not meet the requirements of Ajil');
    if (warnings.length > 0) logger.warn({ warnings }, 'Redis guarantees less than it should');
  };
  tell();
  const ask = (): void => {
    if (redis.status !== 'ready') return;
    askRedis(redis).then(
      (fitness) => {
        known = fitness;
        tell();
      },
      (error: unknown) => logger.debug({ err: error }, 'could not read the configuration of Redis'),
    );
  };
  const timer = setInterval(ask, EVERY_MS);
  timer.unref();
  redis.on('ready', ask);
  return {
    current: () => known,
    close: () => {
      clearInterval(timer);
      redis.off('ready', ask);
    },
  };
}
