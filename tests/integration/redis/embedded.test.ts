import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let server: TestRedis | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('what Redis acknowledged survives kill -9', async () => {
  server = await startTestRedis();
  const redis = connectRedis(server.url, 'worker', logger);
  await redis.set('acknowledged', 'yes');
  await server.crash();
  expect(await redis.get('acknowledged')).toBe('yes');
  await closeRedis(redis);
});

test('a command connection fails at once while Redis is away, and comes back by itself', async () => {
  server = await startTestRedis();
  const redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
  await server.kill();
  const began = performance.now();
  await expect(redis.get('a')).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(1000);
  await server.restart();
  await waitUntilReady(redis);
  expect(await redis.get('a')).toBeNull();
  await closeRedis(redis);
});
