import type { Logger } from '../ops/logger.ts';
import type { Redis } from './connect.ts';
import { askRedis, refuseUnfit, type DurabilityWanted, type RedisFitness } from './requirements.ts';

/** Settings may change while Redis runs, and a new master may have others. */
const EVERY_MS = 30_000;

export interface RedisWatch {
  /** What is wrong with Redis, as far as the last answer tells. For `/readyz`. */
  current(): RedisFitness;
  close(): void;
}

/**
 * Asks Redis whether it meets the requirements: now, at each reconnect, and every half a minute.
 *
 *     start ─ unfit ─► UnfitError: the process ends with status 78
 *     start ─ else ──► watching
 *     watching ─ an answer that differs from the last one ─► watching, and the log tells it
 *     watching ─ no answer ────────────────────────────────► watching, with the last answer
 *
 * While it watches, even an unfit Redis ends nothing, because running processes can still serve readers. `/readyz` fails.
 * @throws {UnfitError} at the start
 */
export async function watchRedis(deps: {
  redis: Redis;
  logger: Logger;
  durability?: DurabilityWanted;
}): Promise<RedisWatch> {
  const { redis, logger, durability = 'local' } = deps;
  let known = await askRedis(redis, durability);
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
    askRedis(redis, durability).then(
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
