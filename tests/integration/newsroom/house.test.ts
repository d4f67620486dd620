import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTopicStore, parseTopics, writeTopics } from '../../../src/audience/topics.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await post();
});
afterAll(() => api?.close());

const post = (fields = {}): Promise<Answer> =>
  api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert(fields) });

/** As another server process writes them. */
async function setElsewhere(changed: object): Promise<void> {
  const settings = (await api.call('GET', '/v1/newsroom')).body;
  await api.deps.redis.hset(keys.newsroom, 'settings', JSON.stringify({ ...settings, ...changed }));
}

async function topicsElsewhere(change: (ids: readonly string[]) => readonly string[]): Promise<void> {
  await createTopicStore(api.deps.redis).list();
  const { topics, deleted } = parseTopics(await api.deps.redis.get(keys.topics));
  const kept = change(topics.map(({ id }) => id)).map((id, order) => ({
    id,
    names: { ar: id },
    default: false,
    order,
  }));
  await api.deps.redis.set(keys.topics, writeTopics({ topics: kept, deleted }));
}

test('a rule that an admin set at another server counts for the next alert', async () => {
  await setElsewhere({ approval: 'always' });
  expect((await post()).body).toMatchObject({ status: 'awaiting-approval' });
  await setElsewhere({ approval: 'never' });
  expect((await post()).body).toMatchObject({ status: 'sending' });
});

test('so does a topic that was added or deleted there', async () => {
  expect(await post({ topics: ['weather'] })).toMatchObject({ status: 422 });
  await topicsElsewhere((ids) => [...ids, 'weather']);
  expect(await post({ topics: ['weather'] })).toMatchObject({ status: 201 });
  await topicsElsewhere((ids) => ids.filter((id) => id !== 'weather'));
  expect(await post({ topics: ['weather'] })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/topics/0' }] },
  });
});

test('a story that has ended at another server takes no alert, and one that goes on takes it', async () => {
  const { body: story } = await api.call('POST', '/v1/stories', {
    key: api.keys.author,
    body: { name: 'الانتخابات', lang: 'ar' },
  });
  expect(await post({ story: story.id })).toMatchObject({ status: 201 });
  await api.deps.redis.hset(keys.story(story.id), 'endsAt', Date.now() - 1);
  expect(await post({ story: story.id })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/story', detail: expect.stringContaining('has ended') as string }] },
  });
  const later = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
  const scheduled = { story: story.id, sendAt: later };
  await api.deps.redis.hset(keys.story(story.id), 'endsAt', Date.now() + 3_600_000);
  expect(await post(scheduled)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/sendAt' }] } });
  await api.deps.redis.hset(keys.story(story.id), 'endsAt', Date.parse(later) + 1);
  expect(await post(scheduled)).toMatchObject({ status: 201, body: { status: 'scheduled' } });
  await api.deps.redis.hset(keys.story(story.id), 'endsAt', Date.parse(later) - 1);
  expect(await post(scheduled)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/sendAt' }] } });
});

test('a story that is gone by now is unknown, although the process has known it', async () => {
  const { body: story } = await api.call('POST', '/v1/stories', {
    key: api.keys.author,
    body: { name: 'الحريق', lang: 'ar' },
  });
  expect(await post({ story: story.id })).toMatchObject({ status: 201 });
  await api.deps.redis.del(keys.story(story.id));
  expect(await post({ story: story.id })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/story', detail: expect.stringContaining('is not a story') as string }] },
  });
});

test('a later version is judged by the rules of the moment at which it is stored', async () => {
  const { id } = (await post()).body;
  const editor = await api.deps.editors.authenticate(api.keys.author);
  const update = { change: 'update', headline: 'عنوان آخر', body: null } as const;
  const base = api.newsroom.baseOf(id);
  await base;
  await setElsewhere({ approval: 'always' });
  expect(await api.newsroom.addVersion(id, update, editor!, undefined, base)).toMatchObject({
    alert: { version: 2, status: 'awaiting-approval' },
  });
  await setElsewhere({ approval: 'never' });
});

test('what another editor did meanwhile refuses no later version that is allowed by now', async () => {
  const { id } = (await post()).body;
  const editor = (await api.deps.editors.authenticate(api.keys.author))!;
  const update = { change: 'update', headline: 'عنوان', body: null } as const;
  const base = api.newsroom.baseOf(id);
  await base;
  await api.newsroom.addVersion(id, update, editor);
  const second = { ...update, headline: 'عنوان ثان', baseVersion: 2 };
  expect(await api.newsroom.addVersion(id, second, editor, undefined, base)).toMatchObject({
    alert: { version: 3, headline: 'عنوان ثان' },
  });
});

test('a repetition is answered as the first time, although its topic is gone', async () => {
  await topicsElsewhere((ids) => [...ids, 'fleeting']);
  const body = anAlert({ topics: ['fleeting'] });
  const send = (): Promise<Answer> =>
    api.call('POST', '/v1/alerts', {
      key: api.keys.author,
      body,
      headers: { 'Idempotency-Key': 'once' },
    });
  const first = await send();
  await topicsElsewhere((ids) => ids.filter((id) => id !== 'fleeting'));
  const again = await send();
  expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test('a story that has ended by itself takes no alert, although the process knows it as open', async () => {
  const { body: story } = await api.call('POST', '/v1/stories', {
    key: api.keys.author,
    body: { name: 'العاصفة', lang: 'ar' },
  });
  expect(await post({ story: story.id })).toMatchObject({ status: 201 });
  api.advance(30 * 24 * 3_600_000);
  expect(await post({ story: story.id })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/story', detail: expect.stringContaining('has ended') as string }] },
  });
});
