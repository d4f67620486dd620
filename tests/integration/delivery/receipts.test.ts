import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createReceiptStore,
  type Receipt,
  type Recorded,
  type ReceiptStore,
} from '../../../src/delivery/receipts/receipts.ts';
import { createReceiptTokens } from '../../../src/delivery/receipts/receipt-token.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const tokens = createReceiptTokens(Buffer.alloc(32, 7));
const alertId = '01jd0000000000000000000000';
let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

const report = async (version: number): Promise<void> => {
  await redis.hset(keys.report(alertId, version), 'acceptedAt', 1);
  await redis.expire(keys.report(alertId, version), 1000);
};
const receipt = (version: number, slot: number, event: 'shown' | 'opened' = 'shown') => ({
  alertId,
  version,
  event,
  token: tokens.make({ alertId, version }, slot % 64, [slot])[0] ?? '',
});
const recorded = (store: ReceiptStore, one: Receipt): Promise<Recorded> =>
  new Promise((resolve, reject) => {
    store.record(one, (result) => (result instanceof Error ? reject(result) : resolve(result)));
  });
const scripts = async (): Promise<number> =>
  [...(await redis.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );

/** Slots whose readers opened something, by shard. */
const engaged = new Map<number, readonly number[]>();
const engagement = {
  opened: async (shard: number, slots: readonly number[]) => void engaged.set(shard, slots),
};

test('receipts that come together are counted by a few scripts, each device once, each told what became of it', async () => {
  await report(1);
  await report(2);
  const store = createReceiptStore({ redis, engagement, tokens });
  const before = await scripts();
  const slots = Array.from({ length: 1000 }, (_, slot) => slot);
  const results = await Promise.all([
    ...slots.map((slot) => recorded(store, receipt(1, slot))),
    ...slots.map((slot) => recorded(store, receipt(2, slot, 'opened'))),
    ...slots.slice(0, 10).map((slot) => recorded(store, receipt(1, slot))),
    recorded(store, { ...receipt(1, 1), token: 'made up' }),
    recorded(store, receipt(3, 1)),
  ]);
  const count = (wanted: string): number => results.filter((result) => result === wanted).length;
  expect([count('recorded'), count('repeated'), count('invalid')]).toEqual([2000, 10, 2]);
  expect([...engaged.values()].flat().sort((a, b) => a - b)).toEqual(slots);
  expect(engaged.get(5)?.slice(0, 2)).toEqual([5, 69]);
  expect((await scripts()) - before).toBeLessThanOrEqual(6);
  expect(await redis.hmget(keys.report(alertId, 1), 'shown', 'opened')).toEqual(['1000', null]);
  expect(await redis.hmget(keys.report(alertId, 2), 'shown', 'opened')).toEqual([null, '1000']);
  expect(await redis.ttl(keys.receipts(alertId, 1, 'shown', 5))).toBeGreaterThan(900);
});

test('above the bound receipts are turned away and said to be; a Redis that is away fails each that waits', async () => {
  await report(4);
  const store = createReceiptStore({ redis, engagement, tokens, mostWaiting: 5 });
  const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((slot) => recorded(store, receipt(4, slot))));
  expect(results.filter((result) => result === 'busy')).toHaveLength(2);
  expect(await redis.hget(keys.report(alertId, 4), 'shown')).toBe('5');
  const away = connectRedis(
    'redis://127.0.0.1:1',
    'command',
    createLogger({ level: 'silent', role: 'test' }),
  );
  const failing = createReceiptStore({ redis: away, engagement, tokens });
  const failed = await Promise.allSettled([
    recorded(failing, receipt(4, 8)),
    recorded(failing, receipt(4, 9)),
  ]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await closeRedis(away);
});
