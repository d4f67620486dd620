import { expect, test } from 'vitest';
import type { HousekeepingDeps } from '../../../src/delivery/housekeeping.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { startTestRedis } from '../../support/redis.ts';
import { openHousekeeping } from '../../../workers/housekeeping.ts';

test('housekeeping goes on when Redis was emptied, and one process does it at a time', async () => {
  const server = await startTestRedis();
  const logger = createLogger({ level: 'silent', role: 'test' });
  const redis = connectRedis(server.url, 'worker', logger);
  const looks: string[] = [];
  const open = (name: string) => {
    const outbox = {
      listUnfinished: async () => {
        looks.push(name);
        return [];
      },
    };
    // Nothing else is used while nothing is unfinished.
    return openHousekeeping({
      ...({ alerts: { outbox } } as unknown as HousekeepingDeps),
      summaries: { settle: async () => undefined },
      logger,
      redis,
      name,
    });
  };
  const [one, other] = [open('one'), open('other')];
  await expect.poll(() => looks.length, { timeout: 10_000 }).toBeGreaterThan(1);
  await redis.flushall();
  const before = looks.length;
  await expect.poll(() => looks.length, { timeout: 10_000 }).toBeGreaterThan(before + 1);
  await one.close();
  await other.close();
  await closeRedis(redis);
  await server.stop();
});
