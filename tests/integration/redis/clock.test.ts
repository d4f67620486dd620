import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { openClock } from '../../../src/redis/clock.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { isComplete } from '../../support/api-client.ts';
import { startPushService } from '../../support/push-service/start.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { startStack } from '../../support/stack.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const HOUR = 3_600_000;
const SKEWED = pathToFileURL(
  fileURLToPath(new URL('../../support/fixtures/skewed-workers.mjs', import.meta.url)),
).href;

let server: TestRedis;
let redis: Redis;

beforeEach(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
});
afterEach(async () => {
  await closeRedis(redis);
  await server.stop();
});

test('a machine whose clock is wrong goes by that of Redis, and says so', async () => {
  let wrong = HOUR;
  const metrics = createMetrics('test');
  const wall = (): number => Date.now() + wrong;
  const clock = await openClock({ redis, metrics, logger, wall });
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  expect(clock.check()).toMatch(/^3[56]\d\d\.\d s off that of Redis/);
  expect(await metrics.metrics()).toMatch(/ajil_clock_skew_seconds\{[^}]*\} 3[56]\d\d/);
  wrong = 0;
  expect(clock.check()).toBe('in step');
  clock.close();
});

test.each([-15_000, 3_700_000])(
  'workers whose clock is off by %i ms are seen, and deliver everything',
  async (skew) => {
    const service = await startPushService({});
    const stack = await startStack({
      redis: server,
      pushServices: [service],
      env: { NODE_OPTIONS: `--import=${SKEWED}`, SKEW_MS: String(skew) },
    });
    try {
      const subscriptions = await service.createSubscriptions(50, {
        applicationServerKey: stack.vapidPublicKey,
      });
      await stack.api.subscribeAll(subscriptions);
      const alert = await stack.api.createAlert({ headline: 'عاجل' });
      const report = await stack.api.waitForReport(alert.id, isComplete);
      expect(report.outcomes).toMatchObject({ accepted: 50, expired: 0 });
      expect((await stack.api.call('/readyz')).status).toBe(200);
      expect(stack.logs()).toContain('the clock of this machine differs from that of Redis');
    } catch (error) {
      throw new Error(stack.logs(), { cause: error });
    } finally {
      await stack.stop();
      await service.stop();
    }
  },
);
