import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, aSubscription, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

const DAY = 24 * 3_600_000;
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  await api.deps.redis.del(keys.openStories);
});
afterAll(() => api.close());

type Role = 'author' | 'approver' | 'admin';
const call = (method: string, path: string, body?: unknown, role: Role | null = 'author') =>
  api.call(method, path, {
    ...(role === null ? {} : { key: api.keys[role] }),
    ...(body === undefined ? {} : { body }),
  });
const start = (name = 'زلزال في شرق تركيا', lang = 'ar') => call('POST', '/v1/stories', { name, lang });
const send = (fields: object) => call('POST', '/v1/alerts', anAlert({ allowDuplicate: true, ...fields }));
const faultsOf = ({ status, body }: Answer): unknown => [
  status,
  body.errors?.map(({ pointer }: { pointer: string }) => pointer),
];
const openOnes = async (role: Role | null = 'author'): Promise<string[]> =>
  (await call('GET', '/v1/stories', undefined, role)).body.stories.map(({ id }: { id: string }) => id);

test('an editor starts a story, renames it and ends it, and the log says so', async () => {
  const started = await start();
  expect(started).toMatchObject({
    status: 201,
    body: { name: 'زلزال في شرق تركيا', lang: 'ar', ended: false, alerts: 0 },
  });
  const { id, startedAt, endsAt } = started.body;
  expect(Date.parse(endsAt) - Date.parse(startedAt)).toBe(3 * DAY);
  expect(started.headers.get('location')).toBe(`/v1/stories/${id}`);
  expect(await openOnes()).toEqual([id]);
  expect((await call('PATCH', `/v1/stories/${id}`, { name: 'زلزال تركيا' })).body.name).toBe('زلزال تركيا');
  const ended = await call('PATCH', `/v1/stories/${id}`, { ended: true });
  expect(ended.body.ended).toBe(true);
  api.advance(1000);
  expect((await call('PATCH', `/v1/stories/${id}`, { ended: true })).body.endsAt).toBe(ended.body.endsAt);
  expect(await openOnes()).toEqual([]);
  expect((await call('GET', `/v1/stories/${id}`)).body.ended).toBe(true);
  const { entries } = (await call('GET', '/v1/audit?limit=4', undefined, 'admin')).body;
  expect(entries.map(({ action, target }: Record<string, string>) => [action, target])).toEqual([
    ['story.end', id],
    ['story.end', id],
    ['story.rename', id],
    ['story.start', id],
  ]);
});

test.each([
  [{ name: '', lang: 'ar' }, '/name'],
  [{ name: 'قصة', lang: 'no language' }, '/lang'],
  [{ name: 'سطر\nوآخر', lang: 'ar' }, '/name'],
  [{ name: 'ط'.repeat(81), lang: 'ar' }, '/name'],
])('a story that cannot be is refused (%j)', async (body, pointer) => {
  const refused = await call('POST', '/v1/stories', body);
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer]);
  expect(await openOnes()).toEqual([]);
});

test('strangers start and change nothing, and nobody opens what has ended', async () => {
  const { id } = (await start()).body;
  expect((await call('POST', '/v1/stories', { name: 'قصة', lang: 'ar' }, null)).status).toBe(401);
  expect((await call('PATCH', `/v1/stories/${id}`, { ended: true }, null)).status).toBe(401);
  expect((await call('PATCH', `/v1/stories/${id}`, { ended: false })).status).toBe(422);
  expect((await call('PATCH', `/v1/stories/${id}`, {})).status).toBe(422);
  expect((await call('PATCH', '/v1/stories/none', { ended: true })).status).toBe(404);
  expect((await call('GET', '/v1/stories/none', undefined, null)).status).toBe(404);
  expect(await openOnes()).toEqual([id]);
});

test('readers hear of a story with its first published alert, and not before', async () => {
  const { id } = (await start()).body;
  const subscription = aSubscription();
  const reader = (await api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['sport'] } }))
    .body;
  const seen = async (): Promise<unknown[]> => [
    await openOnes(null),
    (await call('GET', `/v1/stories/${id}`, undefined, null)).status,
    (
      await api.call('PUT', `/v1/subscriptions/${reader.id}/stories/${id}`, {
        headers: { Authorization: `Subscription ${subscription.keys.auth}` },
      })
    ).status,
  ];
  await send({ story: id, draft: true });
  await send({ story: id, sendAt: new Date(api.deps.now() + 3_600_000).toISOString() });
  expect(await seen()).toEqual([[], 404, 404]);
  expect(await openOnes()).toEqual([id]);
  const answer = await call('GET', '/v1/stories', undefined, null);
  expect(answer.headers.get('vary')).toMatch(/Authorization.*Cookie/i);
  await send({ story: id });
  expect(await seen()).toEqual([[id], 200, 204]);
});

test('of stories that start at once none goes beyond a hundred; one that ends makes room', async () => {
  const answers = await Promise.all(Array.from({ length: 104 }, (_, index) => start(`قصة ${index}`)));
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
  const [first] = await openOnes();
  await call('PATCH', `/v1/stories/${first}`, { ended: true });
  expect((await start('أخرى')).status).toBe(201);
});

test('each alert moves the end of its story, which ends by itself and takes no alert then', async () => {
  const { id, endsAt } = (await start()).body;
  api.advance(2 * DAY);
  const sent = await send({ story: id });
  expect(sent).toMatchObject({ status: 201, body: { story: id, escalate: false } });
  const moved = (await call('GET', `/v1/stories/${id}`)).body;
  expect(Date.parse(moved.endsAt) - Date.parse(endsAt)).toBeGreaterThanOrEqual(2 * DAY);
  expect(moved.alerts).toBe(1);
  const scheduled = await send({ story: id, sendAt: new Date(api.deps.now() + 2 * DAY).toISOString() });
  expect(scheduled.body.status).toBe('scheduled');
  const draft = await send({ story: id, draft: true });
  api.advance(3 * DAY + 1000);
  expect((await call('GET', `/v1/stories/${id}`)).body.ended).toBe(true);
  expect(faultsOf(await send({ story: id }))).toEqual([422, ['/story']]);
  expect(faultsOf(await call('POST', `/v1/alerts/${draft.body.id}/submission`, {}))).toEqual([
    422,
    ['/story'],
  ]);
  // What was accepted in time leaves all the same, and moves nothing.
  expect(await api.newsroom.release(scheduled.body.id)).toMatchObject({ story: id });
  expect((await call('GET', `/v1/stories/${id}`)).body.ended).toBe(true);
  // So does a correction of what readers have.
  const correction = { change: 'correction', note: 'خطأ', headline: 'العنوان الصحيح' };
  expect((await call('POST', `/v1/alerts/${sent.body.id}/versions`, correction)).status).toBe(201);
});

test('an alert names a story that takes it, or hears which field is wrong', async () => {
  const { id } = (await start()).body;
  expect(faultsOf(await send({ story: 'nonsense' }))).toEqual([422, ['/story']]);
  expect(faultsOf(await send({ story: '0'.repeat(25) + 'a' }))).toEqual([422, ['/story']]);
  expect(faultsOf(await send({ story: id, lang: 'en', headline: 'Quake' }))).toEqual([422, ['/story']]);
  expect(faultsOf(await send({ escalate: true }))).toEqual([422, ['/escalate']]);
  const tooLate = new Date(api.deps.now() + 4 * DAY).toISOString();
  expect(faultsOf(await send({ story: id, sendAt: tooLate }))).toEqual([422, ['/sendAt']]);
  const draft = (await send({ draft: true })).body;
  const edit = async (change: object): Promise<Answer> => {
    const etag = (await call('GET', `/v1/alerts/${draft.id}`)).headers.get('etag') ?? '';
    return api.call('PATCH', `/v1/alerts/${draft.id}`, {
      key: api.keys.author,
      body: change,
      headers: { 'If-Match': etag },
    });
  };
  expect((await edit({ story: id, escalate: true })).body).toMatchObject({ story: id, escalate: true });
  expect(faultsOf(await edit({ lang: 'en' }))).toEqual([422, ['/story']]);
  expect(faultsOf(await edit({ story: null }))).toEqual([422, ['/escalate']]);
  expect((await edit({ story: null, escalate: null })).body).toMatchObject({ story: null, escalate: false });
});

test('readers and editors list the alerts of a story; readers are not told what was escalated', async () => {
  const { id } = (await start()).body;
  const one = (await send({ story: id })).body;
  await send({});
  const two = (await send({ story: id, escalate: true, topics: ['sport'] })).body;
  const draft = (await send({ story: id, draft: true })).body;
  const idsOf = async (role: Role | null, query = ''): Promise<string[]> =>
    (await call('GET', `/v1/alerts?story=${id}${query}`, undefined, role)).body.alerts.map(
      (alert: { id: string }) => alert.id,
    );
  expect(await idsOf(null)).toEqual([two.id, one.id]);
  expect(await idsOf('author')).toEqual([draft.id, two.id, one.id]);
  expect(await idsOf(null, '&topics=sport')).toEqual([two.id]);
  const shown = (await call('GET', `/v1/alerts/${two.id}`, undefined, null)).body;
  expect([shown.story, 'escalate' in shown]).toEqual([id, false]);
});

test('the estimate says whom an alert of a story reaches', async () => {
  const { id } = (await start()).body;
  const query = { topics: ['world'], lang: 'ar', story: id };
  const estimate = async (fields: object = {}): Promise<unknown> =>
    (await call('POST', '/v1/audience/estimate', { ...query, ...fields })).body;
  const subscription = aSubscription();
  const reader = (await api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['sport'] } }))
    .body;
  const other = aSubscription();
  await api.call('POST', '/v1/subscriptions', { body: { subscription: other, topics: ['world'] } });
  expect(await estimate()).toMatchObject({ subscriptions: 1, followersOnly: false });
  await send({ story: id });
  await api.call('PUT', `/v1/subscriptions/${reader.id}/stories/${id}`, {
    headers: { Authorization: `Subscription ${subscription.keys.auth}` },
  });
  expect(await estimate()).toMatchObject({ subscriptions: 1, followersOnly: true });
  expect(await estimate({ escalate: true })).toMatchObject({ subscriptions: 2, followersOnly: false });
  expect(await estimate({ story: null })).toMatchObject({ subscriptions: 1, followersOnly: false });
  const wrong = await call('POST', '/v1/audience/estimate', { ...query, story: '0'.repeat(26) });
  expect(faultsOf(wrong)).toEqual([422, ['/story']]);
});

test('a reader follows a story and leaves it, as often as they like, and nobody does it for them', async () => {
  const { id } = (await start()).body;
  await send({ story: id });
  const subscription = aSubscription();
  const { body } = await api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['sport'] } });
  const path = `/v1/subscriptions/${body.id}/stories`;
  const as = (method: string, at: string, auth: string | null = subscription.keys.auth) =>
    api.call(method, at, auth === null ? {} : { headers: { Authorization: `Subscription ${auth}` } });
  const followed = async (): Promise<string[]> =>
    (await as('GET', path)).body.stories.map(({ name }: { name: string }) => name);
  expect(await followed()).toEqual([]);
  for (let round = 0; round < 2; round++) expect((await as('PUT', `${path}/${id}`)).status).toBe(204);
  expect(await followed()).toEqual(['زلزال في شرق تركيا']);
  const stranger = randomBytes(16).toString('base64url');
  for (const method of ['PUT', 'DELETE']) {
    expect((await as(method, `${path}/${id}`, stranger)).status).toBe(403);
    expect((await as(method, `${path}/${id}`, null)).status).toBe(401);
    expect((await as(method, `${path}/none`)).status).toBe(404);
    expect((await as(method, `/v1/subscriptions/none/stories/${id}`)).status).toBe(404);
  }
  expect((await as('GET', path, stranger)).status).toBe(403);
  expect(await followed()).toHaveLength(1);
  for (let round = 0; round < 2; round++) expect((await as('DELETE', `${path}/${id}`)).status).toBe(204);
  expect(await followed()).toEqual([]);
  await as('PUT', `${path}/${id}`);
  await call('PATCH', `/v1/stories/${id}`, { ended: true });
  expect(await followed()).toEqual([]);
  const late = await as('PUT', `${path}/${id}`);
  expect([late.status, late.body.type]).toEqual([409, 'http://ajil.test/problems/story-ended']);
  expect((await as('DELETE', `${path}/${id}`)).status).toBe(204);
});
