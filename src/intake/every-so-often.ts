import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';

/**
 * Does something again and again, never twice at once.
 * @param everyMs ms
 * @param what it looks for, for the log
 */
export function everySoOften(
  everyMs: number,
  work: () => Promise<void>,
  logger: Logger,
  what: string,
): { close(): Promise<void> } {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) => {
        // Its connection has logged that.
        if (!isRedisAway(error)) logger.error({ err: error }, `could not look for ${what}`);
      })
      .finally(() => (running = undefined));
  }, everyMs);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
