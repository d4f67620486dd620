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
