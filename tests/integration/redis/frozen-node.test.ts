import { expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { CORE_NODE, nodeOf, startTestRedisCluster } from '../../support/redis-cluster.ts';

test('a cluster node that freezes without a word is left for its replica', { timeout: 60_000 }, async () => {
  const cluster = await startTestRedisCluster({ replicaOf: CORE_NODE });
  const logger = createLogger({ level: 'silent', role: 'test' });
  const connections = (['command', 'worker'] as const).map((purpose) =>
    connectRedis(cluster.url, purpose, logger),
  );
  try {
    expect(await nodeOf(cluster, keys.outbox)).toBe(CORE_NODE);
    await Promise.all(connections.map((redis) => waitUntilReady(redis)));
    for (const redis of connections) await redis.set(keys.readiness, 'before');
    cluster.freeze(CORE_NODE);
    for (const redis of connections) {
      const write = (): Promise<string> =>
        redis.set(keys.readiness, 'after').then(
          () => 'written',
          () => 'refused',
        );
      await expect.poll(write, { timeout: 40_000 }).toBe('written');
    }
  } finally {
    await Promise.all(connections.map(closeRedis));
    await cluster.stop();
  }
});
