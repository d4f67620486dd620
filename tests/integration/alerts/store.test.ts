import { afterAll, beforeAll, expect, test } from 'vitest';
import { headlineFingerprint } from '../../../src/alerts/fingerprint.ts';
import { newAlertId } from '../../../src/alerts/id.ts';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';
import { createAlertStore, type AlertStore } from '../../../src/alerts/store.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let store: AlertStore;
let now = 1_800_000_000_000;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
  store = createAlertStore({ redis, now: () => now });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

async function create(headline: string): Promise<string> {
  const input = { headline, lang: 'ar', topics: ['world'], urgency: 'urgent' as const };
  const alert = firstVersion(newAlertId(now), input, 'editor', now);
  await store.create(alert);
  return alert.id;
}

test('what create answered survives kill -9, with its outbox entry', async () => {
  const id = await create('باق');
  await server.crash();
  await expect.poll(() => redis.status).toBe('ready');
  expect(await store.get(id)).toMatchObject({ id, headline: 'باق' });
  expect(await store.outbox.listUnfinished(0, 10)).toEqual([{ id, version: 1, acceptedAt: now }]);
  await store.outbox.markFinished(id, 1);
  await store.outbox.markFinished(id, 1);
  expect(await store.outbox.listUnfinished(0, 10)).toEqual([]);
});

test('the outbox lists only what has waited, newest first, and of many the older ones in turn', async () => {
  const made: string[] = [];
  for (const headline of ['أول', 'ثان', 'ثالث', 'رابع', 'خامس']) {
    made.unshift(await create(headline));
    now += 5000;
  }
  const ids = async (age: number, limit: number) =>
    (await store.outbox.listUnfinished(age, limit)).map((entry) => entry.id);
  expect(await ids(0, 10)).toEqual(made);
  expect(await ids(15_000, 10)).toEqual(made.slice(2));
  const seen = new Set<string>();
  for (let second = 0; second < 2; second++) {
    const [newest, nextNewest, ...others] = await ids(0, 2);
    expect([newest, nextNewest]).toEqual(made.slice(0, 2));
    expect(others.length).toBeLessThanOrEqual(2);
    for (const id of others) seen.add(id);
    now += 1000;
  }
  expect(seen).toEqual(new Set(made.slice(2)));
});

test('a status is set only from those named', async () => {
  const id = await create('حالة');
  expect(await store.setStatus(id, 1, ['sending'], 'sent')).toBe(true);
  expect(await store.setStatus(id, 1, ['sending'], 'aborted')).toBe(false);
  expect(await store.setStatus(id, 2, ['sending'], 'sent')).toBe(false);
  expect((await store.get(id))?.status).toBe('sent');
});

const add = async (id: string, change: 'update' | 'correction' | 'retraction'): Promise<void> => {
  const last = await store.get(id);
  await store.addVersion(nextVersion(last!, { change, note: `${last!.version}` }, 'editor', now));
};
const statusesOf = async (id: string) => (await store.versions(id)).map((version) => version.status);

test('a later version supersedes those that are sent or being sent; a retraction retracts them all', async () => {
  const id = await create('حلول');
  await store.setStatus(id, 1, ['sending'], 'sent');
  await add(id, 'update');
  expect(await statusesOf(id)).toEqual(['superseded', 'sending']);
  await add(id, 'correction');
  expect(await statusesOf(id)).toEqual(['superseded', 'superseded', 'sending']);
  expect(await store.setStatus(id, 2, ['sending'], 'sent')).toBe(false);
  await add(id, 'retraction');
  expect(await statusesOf(id)).toEqual(['retracted', 'retracted', 'retracted', 'retracted']);
});

test('an abort stops the version that is being sent, and stays one when another version follows', async () => {
  const id = await create('إيقاف');
  await add(id, 'update');
  expect(await store.abort(id)).toMatchObject({ value: { type: 'aborted' } });
  expect(await statusesOf(id)).toEqual(['superseded', 'aborted']);
  expect(await store.abort(id)).toMatchObject({ value: { type: 'wrong-status', status: 'aborted' } });
  await add(id, 'correction');
  expect(await statusesOf(id)).toEqual(['superseded', 'aborted', 'sending']);
});

test('of many that set a status at once, one succeeds', async () => {
  const id = await create('سباق');
  const done = await Promise.all(
    Array.from({ length: 20 }, () => store.setStatus(id, 1, ['sending'], 'sent')),
  );
  expect(done.filter(Boolean)).toHaveLength(1);
});

test('the duplicate guard lets the same headline through once its window is over', async () => {
  const id = await create('تكرار');
  const again = firstVersion(
    newAlertId(now),
    { headline: 'تكرار', lang: 'ar', topics: ['world'], urgency: 'urgent' },
    'editor',
    now,
  );
  expect(await store.create(again)).toMatchObject({ value: { type: 'duplicate', id } });
  const [guard] = await redis.keys(keys.duplicate(headlineFingerprint('تكرار', 'ar')));
  expect(await redis.pttl(guard ?? '')).toBeGreaterThan(5.9 * 3_600_000);
  await redis.del(await redis.keys('*duplicate*'));
  expect(await store.create(again)).toMatchObject({ value: { type: 'created' } });
});

test('a list by a rare status goes on by its cursor until the end, without gap or repetition', async () => {
  const made: string[] = [];
  for (let n = 0; n < 25; n++) {
    now += 1;
    const id = await create(`قائمة ${n}`);
    if (n % 5 === 0) {
      await store.setStatus(id, 1, ['sending'], 'cancelled');
      made.unshift(id);
    }
  }
  const found: string[] = [];
  let before: string | undefined;
  do {
    const page = await store.list({ view: 'all', topics: ['world'], status: 'cancelled', limit: 2, before });
    found.push(...page.alerts.map((alert) => alert.id));
    before = page.next;
  } while (before !== undefined);
  expect(found).toEqual(made);
});
