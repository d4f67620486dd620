import type { AlertStore } from '../alerts/store.ts';
import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import type { Newsroom } from './newsroom.ts';

/** An alert leaves at its time, and so many ms later at most. */
const EVERY_MS = 200;
/** Alerts released in one turn; what is left comes in the next. */
const AT_ONCE = 20;

/**
 * Sends scheduled alerts when they are due. Every server process looks: of those that find the same alert, one releases it.
 */
export function openSchedule(deps: {
  readonly alerts: Pick<AlertStore, 'due'>;
  readonly newsroom: Pick<Newsroom, 'release'>;
  readonly logger: Logger;
  readonly now: () => number;
}): { close(): Promise<void> } {
  const { logger } = deps;
  let running: Promise<void> | undefined;

  async function release(id: string): Promise<void> {
    const alert = await deps.newsroom.release(id);
    if (alert?.status !== 'cancelled') return;
    logger.warn({ alertId: id, sendAt: alert.sendAt }, 'a scheduled alert expired before it could be sent');
  }

  async function look(): Promise<void> {
    for (const { id } of await deps.alerts.due(deps.now(), AT_ONCE)) {
      await release(id).catch((error: unknown) => {
        if (isRedisAway(error)) throw error;
        logger.error({ err: error, alertId: id }, 'could not release a scheduled alert; trying again');
      });
    }
  }

  const timer = setInterval(() => {
    running ??= look()
      .catch((error: unknown) => {
        // Its connection has logged that.
        if (!isRedisAway(error)) logger.error({ err: error }, 'could not look for scheduled alerts');
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
