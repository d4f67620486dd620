import type { Cluster } from 'ioredis';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startTestRedisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let cluster: TestRedisCluster;

beforeAll(async () => {
  cluster = await startTestRedisCluster();
});
afterAll(() => cluster.stop());

/** What came first: the end, or a second without it. */
const ending = (redis: Cluster): Promise<string> =>
  Promise.race([
    once(redis, 'end').then(() => 'ended'),
    new Promise<string>((resolve) => setTimeout(() => resolve(`still ${redis.status}`), 1000)),
  ]);

/** A connection that is ready, and a duplicate of it, as BullMQ makes them. */
async function pair(): Promise<Cluster[]> {
  const redis = connectRedis(cluster.url, 'worker', logger) as Cluster;
  const copy: Cluster = redis.duplicate();
  copy.on('error', () => undefined);
  await Promise.all([redis, copy].map((one) => waitUntilReady(one)));
  return [redis, copy];
}

/** What ioredis has to do when the pool is empty, it does as a listener, which was seen to be missing after failovers. */
function forgetToGoOn(redis: Cluster): void {
  const [ours, ...others] = redis.rawListeners('close') as (() => void)[];
  expect(ours).toBeDefined();
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) redis.off('close', other);
}

/** As we close one, and as BullMQ does. */
const WAYS = ['disconnect', 'quit'] as const;

test.each(WAYS)(
  '%s ends a connection to a cluster of which no node is there, and its duplicate',
  async (way) => {
    const [port = 0] = await freePorts(1);
    const redis = connectRedis(`redis-cluster://127.0.0.1:${port}`, 'worker', logger) as Cluster;
    const copy: Cluster = redis.duplicate();
    copy.on('error', () => undefined);
    for (const one of [redis, copy]) {
      await expect.poll(() => one.status, { timeout: 10_000 }).toBe('reconnecting');
      const ended = ending(one);
      void one[way]();
      expect(await ended).toBe('ended');
      expect(one.status).toBe('end');
    }
  },
);

test('who waits for the attempt to connect is told as well', async () => {
  const [port = 0] = await freePorts(1);
  const redis = connectRedis(`redis-cluster://127.0.0.1:${port}`, 'worker', logger) as Cluster;
  await expect.poll(() => redis.status, { timeout: 10_000 }).toBe('reconnecting');
  let said = '';
  for (const event of ['close', 'end']) redis.once(event, () => (said += event));
  // As BullMQ does it, in one turn. The new attempt must not be told of the end of the one before.
  redis.disconnect();
  const connecting = redis.connect();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(said).toBe('');
  redis.disconnect();
  await expect(connecting).rejects.toThrow(/abort|closed|available/i);
  await expect.poll(() => redis.status).toBe('end');
});

test.each(WAYS)(
  '%s ends a connection although ioredis has forgotten to; it can be opened again',
  async (way) => {
    for (const redis of await pair()) {
      forgetToGoOn(redis);
      const ended = ending(redis);
      void redis[way]();
      expect(await ended).toBe('ended');
      await redis.connect();
      expect(await redis.get('nothing')).toBeNull();
      redis.disconnect();
    }
  },
);

test('who opens a connection is told when it is ready, although the cluster was not at first', async () => {
  for (const redis of await pair()) {
    const ended = once(redis, 'end');
    redis.disconnect();
    await ended;
    Object.assign(redis as object, {
      readyCheck: (done: (error: null, fail: string) => void) => {
        Reflect.deleteProperty(redis, 'readyCheck');
        done(null, 'fail');
      },
    });
    const late = new Promise<string>((resolve) => setTimeout(resolve, 5000, 'still waiting'));
    expect(await Promise.race([redis.connect().then(() => 'ready'), late])).toBe('ready');
    redis.disconnect();
  }
});

test('a connection whose nodes have all left comes back, although ioredis has forgotten to', async () => {
  for (const redis of await pair()) {
    forgetToGoOn(redis);
    const closed = once(redis, 'close');
    for (const node of redis.nodes()) node.disconnect();
    await closed;
    expect(await redis.get('nothing')).toBeNull();
    redis.disconnect();
  }
});
