import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAlertId } from '../../../src/alerts/id.ts';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';
import type { AlertStatus, EditorAlert } from '../../../src/alerts/schema.ts';
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

async function draft(headline: string, status: AlertStatus = 'draft'): Promise<EditorAlert> {
  const input = { headline, lang: 'ar', topics: ['world'], urgency: 'urgent' as const };
  const alert = { ...firstVersion(newAlertId(now), input, 'noura', now), status, publishedAt: null };
  expect(await store.create(alert)).toMatchObject({ value: { type: 'created' } });
  return alert;
}
const published = (alert: EditorAlert): EditorAlert => ({
  ...alert,
  status: 'sending',
  publishedAt: new Date(now).toISOString(),
});
/** As the newsroom does: of the alert as it is now. */
const publish = async (
  alert: EditorAlert,
  from: AlertStatus[] = ['draft'],
  options: { allowDuplicate?: boolean } = {},
) => {
  const revision = (await store.read(alert.id))?.revision ?? 0;
  return store.publish(published(alert), from, { ...options, revision });
};
const idsOf = async (view: 'all' | 'published') =>
  (await store.list({ view, topics: [], limit: 50 })).alerts.map(({ id }) => id);
const unfinished = async () => (await store.outbox.listUnfinished(0, 50)).map(({ id }) => id);

test('a stored draft is seen by editors only, and nothing of it is on its way', async () => {
  const { id } = await draft('مسودة أولى');
  expect(await store.getPublic(id)).toBeUndefined();
  expect(await store.get(id)).toMatchObject({ status: 'draft' });
  expect(await idsOf('all')).toContain(id);
  expect(await idsOf('published')).not.toContain(id);
  expect(await unfinished()).not.toContain(id);
});

test('publishing shows it to readers at the time of its publication, and puts it into the outbox', async () => {
  const alert = await draft('مسودة ثانية');
  now += 60_000;
  const later = await draft('مسودة أحدث');
  now += 60_000;
  expect(await publish(alert)).toMatchObject({ value: { type: 'published' } });
  expect(await store.getPublic(alert.id)).toMatchObject({
    status: 'sending',
    publishedAt: new Date(now).toISOString(),
  });
  expect(await idsOf('published')).toEqual([alert.id]);
  const all = await idsOf('all');
  expect(all.filter((id) => id === alert.id)).toHaveLength(1);
  expect(all.indexOf(alert.id)).toBeLessThan(all.indexOf(later.id));
  expect(await unfinished()).toEqual([alert.id]);
});

test('of many that publish the same draft, one does; from another status none', async () => {
  const alert = await draft('سباق نشر');
  const answers = await Promise.all(Array.from({ length: 20 }, () => publish(alert)));
  const types = answers.map((answer) => ('value' in answer ? answer.value.type : 'stale'));
  expect(types.filter((type) => type === 'published')).toHaveLength(1);
  expect(types.filter((type) => type === 'wrong-status')).toHaveLength(19);
  const waiting = await draft('تنتظر الموافقة', 'awaiting-approval');
  expect(await publish(waiting, ['scheduled'])).toMatchObject({
    value: { type: 'wrong-status', status: 'awaiting-approval' },
  });
  expect(await store.getPublic(waiting.id)).toBeUndefined();
});

test('the guard against doubles looks when a draft is published, not when it is written', async () => {
  const one = await draft('انفجار في الميناء');
  const two = await draft('انفجار في الميناء');
  await publish(one);
  expect(await publish(two)).toMatchObject({
    value: { type: 'duplicate', id: one.id },
  });
  expect(await store.get(two.id)).toMatchObject({ status: 'draft' });
  expect(await publish(two, ['draft'], { allowDuplicate: true })).toMatchObject({
    value: { type: 'published' },
  });
});

test('what is not there, and what has moved on, is not published', async () => {
  const alert = await draft('مسودة');
  expect(await publish({ ...alert, id: newAlertId(now) })).toMatchObject({
    value: { type: 'missing' },
  });
  await publish(alert);
  await store.addVersion(nextVersion(published(alert), { change: 'update' }, 'noura', now));
  expect(await publish(alert, ['sending'])).toMatchObject({ value: { type: 'moved' } });
});

test('while a version waits, readers go on seeing the one before it; published, it ends that one', async () => {
  const first = await draft('نزول');
  await publish(first);
  // As an author stores a correction that needs a second person.
  const second = nextVersion(published(first), { change: 'correction', headline: 'وصول' }, 'noura', now);
  await redis.hset(keys.alert(first.id), {
    version: 2,
    'v:2': JSON.stringify({ ...second, status: 'awaiting-approval', publishedAt: null }),
    's:2': 'awaiting-approval',
  });
  expect(await store.getPublic(first.id)).toMatchObject({ version: 1, headline: 'نزول', status: 'sending' });
  expect(await store.get(first.id)).toMatchObject({ version: 2, status: 'awaiting-approval' });
  expect(await idsOf('published')).toContain(first.id);
  await publish(second, ['awaiting-approval']);
  expect(await store.getPublic(first.id)).toMatchObject({ version: 2, headline: 'وصول' });
  expect((await store.versions(first.id)).map(({ status }) => status)).toEqual(['superseded', 'sending']);
});

test('an alert that an earlier release stored has an author and is public', async () => {
  const { author: _author, ...stored } = published(await draft('قديم'));
  await redis.hset(keys.alert(stored.id), { 'v:1': JSON.stringify(stored), 's:1': 'sent' });
  await redis.hdel(keys.alert(stored.id), 'public');
  expect(await store.getPublic(stored.id)).toMatchObject({ author: 'noura', status: 'sent' });
});
