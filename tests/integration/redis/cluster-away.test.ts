import type { Cluster } from 'ioredis';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { connectRedis } from '../../../src/redis/connect.ts';
import { freePorts } from '../../support/free-ports.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

/** Resolves with what came first: the end, or a second without it. */
const ending = (redis: Cluster): Promise<string> =>
  Promise.race([
    once(redis, 'end').then(() => 'ended'),
    new Promise<string>((resolve) => setTimeout(resolve, 1000, `still ${redis.status}`)),
  ]);

test('a connection to a cluster of which no node is there ends when it is told to, and so does a duplicate', async () => {
  const [port = 0] = await freePorts(1);
  const redis = connectRedis(`redis-cluster://127.0.0.1:${port}`, 'worker', logger) as Cluster;
  const copy: Cluster = redis.duplicate();
  for (const one of [redis, copy]) {
    one.on('error', () => undefined);
    await expect.poll(() => one.status, { timeout: 10_000 }).toBe('reconnecting');
    const ended = ending(one);
    one.disconnect();
    expect(await ended).toBe('ended');
    expect(one.status).toBe('end');
  }
});
