import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';
import { startRedisProxy, type RedisProxy } from '../../support/redis-proxy.ts';
import { redisAt } from '../../support/redis.ts';
import { startStack } from '../../support/stack.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const PURPOSES = ['command', 'worker', 'follower'] as const;

let first: PlainRedis;
let second: PlainRedis;
let proxy: RedisProxy;

beforeEach(async () => {
  [first, second] = await Promise.all([startPlainRedis(), startPlainRedis()]);
  await second.admin.call('REPLICAOF', '127.0.0.1', String(first.port));
  while (!(await second.admin.info('replication')).includes('master_link_status:up')) await sleepTurn();
  proxy = await startRedisProxy(first.port);
});
afterEach(async () => {
  await proxy.close();
  await Promise.all([first.stop(), second.stop()]);
});

/** As managed services do it: the name leads to the other server, and the first one runs on as its replica. */
async function failOver(): Promise<void> {
  await second.admin.call('REPLICAOF', 'NO', 'ONE');
  await first.admin.call('REPLICAOF', '127.0.0.1', String(second.port));
  proxy.moveTo(second.port);
}

test.each(PURPOSES)(
  'a %s connection that only reads leaves a server that has become a replica',
  async (purpose) => {
    const redis = connectRedis(proxy.url, purpose, logger);
    await waitUntilReady(redis);
    const port = async (): Promise<string | undefined> =>
      /tcp_port:(\d+)/.exec(await redis.info('server').catch(() => ''))?.[1];
    expect(await port()).toBe(String(first.port));
    await failOver();
    await expect.poll(port, { timeout: 5000 }).toBe(String(second.port));
    await closeRedis(redis);
  },
);

test.each(PURPOSES)(
  'a %s connection on which nothing comes is opened again',
  { timeout: 40_000 },
  async (purpose) => {
    const redis = connectRedis(proxy.url, purpose, logger);
    await waitUntilReady(redis);
    proxy.swallow();
    await expect
      .poll(() => Promise.race([redis.ping().catch(() => ''), sleepTurn()]), {
        timeout: 30_000,
        interval: 200,
      })
      .toBe('PONG');
    await closeRedis(redis);
  },
);

const sleepTurn = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve(''), 100));

test('after a planned failover behind one address alerts are taken within 5 s', async () => {
  const stack = await startStack({ redis: redisAt(proxy.url) });
  try {
    await stack.api.createAlert({ headline: 'قبل' });
    await failOver();
    let posts = 0;
    const post = (): Promise<number> =>
      stack.api.createAlert({ headline: `بعد ${(posts += 1)}` }).then(
        () => 201,
        () => 0,
      );
    await expect.poll(post, { timeout: 5000, interval: 100 }).toBe(201);
    await expect.poll(async () => (await stack.api.call('/readyz')).status, { timeout: 10_000 }).toBe(200);
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
  }
});
