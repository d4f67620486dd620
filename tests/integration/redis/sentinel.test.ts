import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';
import { startSentinel, type Sentinel } from '../../support/sentinel.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let first: PlainRedis;
let second: PlainRedis;
let sentinel: Sentinel;

beforeEach(async () => {
  [first, second] = await Promise.all([startPlainRedis(), startPlainRedis()]);
  await second.admin.call('REPLICAOF', '127.0.0.1', String(first.port));
  sentinel = await startSentinel(first.port);
});
afterEach(async () => {
  await sentinel.stop();
  await Promise.all([first.stop(), second.stop()]);
});

test(
  'connections by Sentinel find the master, and the next one after a failover',
  { timeout: 60_000 },
  async () => {
    const all = (['command', 'worker'] as const).map((purpose) =>
      connectRedis(sentinel.url, purpose, logger),
    );
    await Promise.all(all.map((redis) => waitUntilReady(redis)));
    const portsNow = (): Promise<(string | undefined)[]> =>
      Promise.all(
        all.map(async (redis) => {
          const written = await Promise.race([redis.set('kept', '1').catch(() => ''), first.admin.ping()]);
          if (written === '') return undefined;
          return /tcp_port:(\d+)/.exec(await redis.info('server').catch(() => ''))?.[1];
        }),
      );
    const both = ({ port }: PlainRedis): string[] => all.map(() => String(port));
    expect(await portsNow()).toEqual(both(first));
    await sentinel.failOver();
    await expect.poll(portsNow, { timeout: 30_000, interval: 100 }).toEqual(both(second));
    // The old master still takes writes, which it throws away once it is told of the new one: nobody may wait for that.
    expect(await first.admin.call('ROLE')).toContain('master');
    expect(await Promise.all(all.map((redis) => redis.set('kept', '2')))).toEqual(['OK', 'OK']);
    await Promise.all(all.map(closeRedis));
  },
);
