import type { Summaries } from '../src/delivery/health/summaries.ts';
import { keepHouse, type HousekeepingDeps } from '../src/delivery/housekeeping.ts';
import { isRedisAway } from '../src/redis/is-redis-away.ts';
import type { Redis } from '../src/redis/connect.ts';
import { keys } from '../src/redis/keys.ts';

const EVERY_MS = 1000;
/** Shorter than the interval: the key is gone at the next turn, whoever held it. */
const TURN_MS = 900;

/**
 * Finishes what was accepted and not queued, once a second in all processes together. The timer is the process's own, so
 * that a Redis that was emptied cannot end it.
 */
export function openHousekeeping(
  deps: HousekeepingDeps & { redis: Redis; name: string; summaries: Pick<Summaries, 'settle'> },
): {
  close(): Promise<void>;
} {
  let running: Promise<void> | undefined;

  async function takeTurn(): Promise<void> {
    const turn = await deps.redis.set(keys.housekeeping, deps.name, 'PX', TURN_MS, 'NX');
    if (turn !== 'OK') return;
    await keepHouse(deps);
    await deps.summaries.settle();
  }
  const timer = setInterval(() => {
    running ??= takeTurn()
      .catch((error: unknown) => {
        // Its connection has said so already.
        if (!isRedisAway(error)) deps.logger.error({ err: error }, 'housekeeping failed; it will run again');
      })
      .finally(() => (running = undefined));
  }, EVERY_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
