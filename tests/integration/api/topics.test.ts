import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTopicChanges } from '../../../src/audience/topic-changes.ts';
import { createAuditLog } from '../../../src/editors/audit.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, aSubscription, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const health = { names: { ar: 'صحة', en: 'Health' }, order: 6, default: false };
const put = (id: string, body: unknown = health, key = api.keys.admin): Promise<Answer> =>
  api.call('PUT', `/v1/topics/${id}`, { key, body });
const remove = (id: string, key = api.keys.admin): Promise<Answer> =>
  api.call('DELETE', `/v1/topics/${id}`, { key });
const ids = async (path: string): Promise<string[]> =>
  (await api.call('GET', path)).body.topics.map(({ id }: { id: string }) => id);
const topicsOf = async (id: string, { keys: { auth } }: ReturnType<typeof aSubscription>): Promise<unknown> =>
  (await api.call('GET', `/v1/subscriptions/${id}`, { headers: { Authorization: `Subscription ${auth}` } }))
    .body.topics;
const alertOn = (topic: string): Promise<Answer> =>
  api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert({ topics: [topic] }) });
const audited = async (): Promise<string[]> => {
  const entries = await api.deps.redis.xrange(keys.audit, '-', '+');
  return entries
    .map(([, fields]) => JSON.parse(fields[1] ?? '') as { action: string; target: string })
    .filter(({ action }) => action.startsWith('topic.'))
    .map(({ action, target }) => `${action} ${target}`);
};

test('everybody reads the topics; only an admin changes them', async () => {
  expect(await ids('/v1/topics')).toEqual(await ids('/v1/config'));
  for (const key of Object.values(api.keys)) {
    expect((await api.call('GET', '/v1/topics', { key })).status).toBe(200);
  }
  for (const method of ['PUT', 'DELETE']) {
    const call = async (key?: string): Promise<number> =>
      (await api.call(method, '/v1/topics/world', { body: health, ...(key === undefined ? {} : { key }) }))
        .status;
    expect(await call()).toBe(401);
    expect(await call('ajil_unknown')).toBe(401);
    expect(await call(api.keys.author)).toBe(403);
    expect(await call(api.keys.approver)).toBe(403);
    expect(await call(api.keys.admin)).toBe(method === 'PUT' ? 200 : 204);
  }
  expect((await api.call('POST', '/v1/topics/world')).headers.get('allow')).toBe('PUT, DELETE, OPTIONS');
});

test('a session changes a topic with its CSRF token only', async () => {
  const signedIn = await api.call('POST', '/v1/session', { body: { key: api.keys.admin } });
  const Cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const call = (headers: Record<string, string>): Promise<Answer> =>
    api.call('PUT', '/v1/topics/health', { body: health, headers: { Cookie, ...headers } });
  expect((await call({})).status).toBe(403);
  expect((await call({ 'X-CSRF-Token': signedIn.body.csrfToken })).status).toBe(201);
});

test('a new topic takes alerts at once, and is listed in its order', async () => {
  expect((await alertOn('health')).status).toBe(422);
  const created = await put('health', { ...health, order: 0 });
  expect([created.status, created.body]).toEqual([201, { id: 'health', ...health, order: 0 }]);
  expect((await ids('/v1/config')).slice(0, 3)).toEqual(['health', 'world', 'politics']);
  expect((await alertOn('health')).status).toBe(201);
  expect((await put('health', { ...health, order: 9 })).status).toBe(200);
  expect((await ids('/v1/topics')).at(-1)).toBe('health');
  expect(await audited()).toEqual(['topic.create health', 'topic.change health']);
});

test('with If-None-Match: * a topic that is there is left as it is', async () => {
  const putNew = (): Promise<Answer> =>
    api.call('PUT', '/v1/topics/health', {
      key: api.keys.admin,
      body: health,
      headers: { 'If-None-Match': '*' },
    });
  expect((await putNew()).status).toBe(201);
  const { body } = await put('health', { ...health, order: 3 });
  const refused = await putNew();
  expect([refused.status, refused.body.type, refused.body.errors[0].parameter]).toEqual([
    412,
    'http://ajil.test/problems/precondition-failed',
    'id',
  ]);
  expect((await api.call('GET', '/v1/topics')).body.topics).toContainEqual(body);
  expect(await audited()).toEqual(['topic.create health', 'topic.change health']);
});

test('what is put again as it is, is no change', async () => {
  await put('health');
  const { en, ar } = health.names;
  expect((await put('health', { ...health, names: { en, ar } })).status).toBe(200);
  expect(await audited()).toEqual(['topic.create health']);
});

test('a deleted topic takes no new alert; its readers and alerts keep it, and have it again when it is put back', async () => {
  const subscription = aSubscription();
  const reader = await api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['sport'] } });
  const topicsOfReader = (): Promise<unknown> => topicsOf(reader.body.id, subscription);
  const estimate = async (): Promise<number> => {
    const body = { topics: ['sport'], lang: 'ar' };
    return (await api.call('POST', '/v1/audience/estimate', { key: api.keys.author, body })).body
      .subscriptions;
  };
  expect(await estimate()).toBe(1);
  const old = await alertOn('sport');

  expect((await remove('sport')).status).toBe(204);
  expect(await ids('/v1/config')).not.toContain('sport');
  const refused = await alertOn('sport');
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/topics/0']);
  expect((await api.call('GET', `/v1/alerts/${old.body.id}`)).body.topics).toEqual(['sport']);
  const correction = { change: 'correction', headline: 'تصحيح الخبر', note: 'x', baseVersion: 1 };
  const corrected = await api.call('POST', `/v1/alerts/${old.body.id}/versions`, {
    key: api.keys.author,
    body: correction,
  });
  expect(corrected.status).toBe(201);
  expect(await topicsOfReader()).toEqual(['sport']);
  expect((await remove('sport')).status).toBe(404);

  expect((await put('sport')).status).toBe(201);
  expect((await alertOn('sport')).status).toBe(201);
  expect(await topicsOfReader()).toEqual(['sport']);
  expect(await estimate()).toBe(1);
  expect(await audited()).toEqual(['topic.delete sport', 'topic.create sport']);
});

test('a reader of a deleted topic stays one, whatever tells the server again; an unknown topic is refused as before', async () => {
  const topics = ['sport', 'world'];
  const subscription = aSubscription();
  const tell = (body: object): Promise<Answer> => api.call('POST', '/v1/subscriptions', { body });
  const { id } = (await tell({ subscription, topics })).body;
  await remove('sport');

  // A page tells the server again on each visit; after a change of the push service's mind, by a new endpoint.
  expect([(await tell({ subscription, topics })).status, await topicsOf(id, subscription)]).toEqual([
    200,
    topics,
  ]);
  const renewed = aSubscription();
  const again = await tell({ subscription: renewed, topics });
  expect([again.status, await topicsOf(again.body.id, renewed)]).toEqual([201, topics]);
  const patched = await api.call('PATCH', `/v1/subscriptions/${id}`, {
    headers: { Authorization: `Subscription ${subscription.keys.auth}` },
    body: { topics: ['sport'] },
  });
  expect([patched.status, patched.body.topics]).toEqual([200, ['sport']]);

  const refused = await tell({ subscription, topics: ['sport', 'made-up'] });
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/topics/1']);
  // Alerts, the list of topics and the pages do not know it.
  expect((await alertOn('sport')).status).toBe(422);
  for (const path of ['/v1/topics', '/v1/config']) expect(await ids(path)).not.toContain('sport');
});

test('what was accepted before its topic was deleted goes out to the readers of that topic: a schedule and a draft', async () => {
  const { author: key } = api.keys;
  const post = (fields: object): Promise<Answer> =>
    api.call('POST', '/v1/alerts', { key, body: anAlert({ topics: ['sport'], ...fields }) });
  const inAnHour = new Date(api.deps.now() + 3_600_000).toISOString();
  const scheduled = (await post({ sendAt: inAnHour })).body;
  const draft = (await post({ draft: true })).body;
  await remove('sport');
  api.advance(3_601_000);
  expect(await api.newsroom.release(scheduled.id)).toMatchObject({ status: 'sending', topics: ['sport'] });
  const submitted = await api.call('POST', `/v1/alerts/${draft.id}/submission`, { key, body: {} });
  expect([submitted.status, submitted.body.topics]).toEqual([200, ['sport']]);
  expect(api.fanOuts).toEqual([scheduled, draft].map(({ id }) => ({ alertId: id, version: 1 })));
});

test('all topics may go, and the list is not seeded again', async () => {
  for (const id of await ids('/v1/topics')) expect((await remove(id)).status).toBe(204);
  expect(await ids('/v1/topics')).toEqual([]);
});

test.each([
  [{ ...health, names: {} }, '/names'],
  [{ ...health, names: { ar: '' } }, '/names/ar'],
  [{ ...health, names: { ar: ' \u200f ' } }, '/names/ar'],
  [{ ...health, names: { ar: 'a\u202eb' } }, '/names/ar'],
  [{ ...health, names: { ar: 'a\nb' } }, '/names/ar'],
  [{ ...health, names: { ar: 'a'.repeat(61) } }, '/names/ar'],
  [{ ...health, names: { 'not a tag': 'x' } }, '/names/not a tag'],
  [{ ...health, names: { 'a/b~c': 'x' } }, '/names/a~1b~0c'],
  [{ ...health, names: { en: 'Health', EN: 'HEALTH' } }, '/names/EN'],
  [{ ...health, names: 'Health' }, '/names'],
  [{ ...health, order: -1 }, '/order'],
  [{ ...health, order: 1.5 }, '/order'],
  [{ ...health, order: '1' }, '/order'],
  [{ ...health, default: null }, '/default'],
  [{ ...health, id: 'other' }, '/id'],
])('bad input %# is named by its pointer', async (body, pointer) => {
  const refused = await put('health', body);
  expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  expect(await audited()).toEqual([]);
});

test('a language is stored by its canonical tag', async () => {
  expect((await put('health', { ...health, names: { 'PT-br': ' Saúde ' } })).body.names).toEqual({
    'pt-BR': 'Saúde',
  });
});

test.each(['Health', '-health', 'a'.repeat(41), 'all', '%D8%B5', '__proto__'])(
  '%s is no id of a topic',
  async (id) => {
    expect((await put(id)).status).toBe(404);
  },
);

test('there are at most 200 topics; one that is known can still be changed', async () => {
  const many = Array.from({ length: 200 }, (_, order) => ({ ...health, id: `t${order}`, order }));
  await api.deps.redis.set(keys.topics, JSON.stringify(many));
  expect((await put('one-more')).body.type).toBe('http://ajil.test/problems/wrong-status');
  expect((await put('t7')).status).toBe(200);
});

test('of changes at the same time none is lost, also by two processes, and each is audited', async () => {
  const { redis, now } = api.deps;
  const audit = createAuditLog({ redis, now, key: Buffer.alloc(32, 1) });
  const other = createTopicChanges({ redis, audit });
  const numbers = Array.from({ length: 8 }, (_, index) => index);
  await Promise.all(
    numbers.flatMap((order) => [
      put(`a${order}`, { ...health, order }),
      other.put({ ...health, id: `b${order}`, order }, 'test'),
      put('same', { ...health, order }),
    ]),
  );
  const all = await ids('/v1/topics');
  expect(all).toEqual(expect.arrayContaining(numbers.flatMap((n) => [`a${n}`, `b${n}`])));
  expect(all.filter((id) => id === 'same')).toHaveLength(1);
  expect((await audited()).filter((entry) => entry === 'topic.create same')).toHaveLength(1);
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
});

test('the list of an earlier release is read, and one change keeps the rest of it', async () => {
  const stored = [
    { id: 'news', names: { de: 'Nachrichten' }, default: true },
    { id: 'arts', names: { de: 'Kultur' }, default: false },
  ];
  await api.deps.redis.set(keys.topics, JSON.stringify(stored));
  const listed = stored.map((topic, order) => ({ ...topic, order }));
  expect((await api.call('GET', '/v1/topics')).body.topics).toEqual(listed);
  await put('health');
  expect((await api.call('GET', '/v1/config')).body.topics).toEqual([...listed, { id: 'health', ...health }]);
});
