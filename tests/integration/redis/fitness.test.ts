import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { createReadiness } from '../../../src/redis/readiness.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { watchRedis } from '../../../src/redis/fitness.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openPresence } from '../../../src/redis/presence.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const clock = { check: () => 'in step' };
const gateway = { ready: () => true };

let server: PlainRedis;
let redis: Redis;

beforeEach(async () => {
  server = await startPlainRedis();
  redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
});
afterEach(async () => {
  await closeRedis(redis);
  await server.stop();
});

test('settings that lose alerts are refused at the start', async () => {
  await server.admin.config('SET', 'maxmemory-policy', 'volatile-lru');
  await expect(watchRedis({ redis, logger })).rejects.toThrow(/maxmemory-policy is volatile-lru/);
});

test('/readyz names what is wrong, and what a Redis promises less', async () => {
  const presence = await openPresence({ redis, role: 'workers', name: 'one', logger });
  await server.admin.config('SET', 'appendfsync', 'everysec');
  const watch = await watchRedis({ redis, logger });
  let steady = 0;
  const readiness = createReadiness({ redis, watch, clock, gateway, steady: () => steady });
  expect(await readiness()).toMatchObject({
    ready: true,
    checks: { redis: expect.stringMatching(/^writable; appendfsync is everysec/), workers: '1 seen' },
  });

  // Settings that change while we run are seen at the next reconnect at the latest.
  await server.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  redis.disconnect(true);
  await expect.poll(() => watch.current().unfit, { timeout: 5000 }).toHaveLength(1);
  steady += 1000;
  expect(await readiness()).toMatchObject({
    ready: false,
    checks: { redis: expect.stringContaining('allkeys-lru') },
  });
  watch.close();
  await presence.close();
});

test('a replica, a full memory and a server that is away have names of their own', async () => {
  let steady = 0;
  const watch = { current: () => ({ unfit: [], faults: [], warnings: [] }) };
  const readiness = createReadiness({ redis, watch, clock, gateway, steady: () => (steady += 1000) });
  const said = async (): Promise<string | undefined> => (await readiness()).checks['redis'];

  await server.admin.config('SET', 'maxmemory', '1');
  expect(await said()).toContain('out of memory');
  await server.admin.config('SET', 'maxmemory', '0');
  await server.admin.call('REPLICAOF', '127.0.0.1', '1');
  expect(await said()).toMatch(/replica|away/);
  await server.admin.call('REPLICAOF', 'NO', 'ONE');
  await expect.poll(said, { timeout: 5000 }).toBe('writable');
  await server.stop();
  expect(await said()).toContain('unreachable');
});

test('however many ask, there is one write in a second', async () => {
  const watch = { current: () => ({ unfit: [], faults: [], warnings: [] }) };
  const readiness = createReadiness({ redis, watch, clock, gateway, steady: () => 0 });
  await server.admin.config('RESETSTAT');
  await Promise.all(Array.from({ length: 200 }, readiness));
  expect(await server.admin.info('commandstats')).toContain('cmdstat_set:calls=1,');
  expect(await server.admin.pttl(keys.readiness)).toBeGreaterThan(0);
});

test('an account that may not ask is told apart from a Redis that is right', async () => {
  await server.admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '&*', '+@all', '-config');
  const narrow = connectRedis(`redis://narrow:secret@127.0.0.1:${server.port}`, 'command', logger);
  await waitUntilReady(narrow);
  const watch = await watchRedis({ redis: narrow, logger });
  expect(watch.current()).toEqual({
    unfit: [],
    faults: [],
    warnings: ['Ajil may not read appendfsync: check the values yourself'],
  });
  watch.close();
  await closeRedis(narrow);
});
