import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedSourceSchema } from '../../../src/intake/source.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const SETTINGS = { type: 'superdesk', mode: 'draft', topics: { '11000000': 'politics', default: 'world' } };
const put = (id: string, body: unknown, key = api.keys.admin): Promise<Answer> =>
  api.call('PUT', `/v1/sources/${id}`, { key, body });
const secretOf = async (id: string): Promise<string | undefined> => {
  const stored = await api.deps.redis.hget(keys.sources, id);
  return stored === null ? undefined : storedSourceSchema.parse(JSON.parse(stored)).secret;
};
const lastAction = async (): Promise<object> => {
  const [newest] = await api.deps.redis.xrevrange(keys.audit, '+', '-', 'COUNT', 1);
  return JSON.parse(newest?.[1][1] ?? '{}') as object;
};

test('a new source gets a secret, which is shown this once', async () => {
  const added = await put('desk', SETTINGS);
  expect(added.status).toBe(201);
  const { secret, ...source } = added.body as { secret: string };
  expect(secret).toMatch(/^ajil_.{40,}$/);
  expect(source).toEqual({
    id: 'desk',
    lang: 'ar',
    urgencies: { '1': 'flash', '2': 'urgent', '3': 'urgent', other: null, none: 'normal' },
    ...SETTINGS,
  });
  expect(await lastAction()).toMatchObject({ action: 'source.put-draft', target: 'desk' });
  const replaced = await put('desk', { ...SETTINGS, mode: 'send', lang: 'en' });
  expect(replaced).toMatchObject({ status: 200, body: { mode: 'send', lang: 'en' } });
  expect(replaced.body).not.toHaveProperty('secret');
  expect(await lastAction()).toMatchObject({ action: 'source.put-send', target: 'desk' });
  expect(await secretOf('desk')).toBe(secret);
  expect(JSON.stringify((await api.call('GET', '/v1/sources', { key: api.keys.admin })).body)).not.toContain(
    secret,
  );
});

test('with If-None-Match: * a source that is there is left as it is', async () => {
  const headers = { 'If-None-Match': '*' };
  const putNew = (): Promise<Answer> =>
    api.call('PUT', '/v1/sources/once', {
      key: api.keys.admin,
      body: { ...SETTINGS, mode: 'send' },
      headers,
    });
  expect((await putNew()).status).toBe(201);
  const secret = await secretOf('once');
  expect(await putNew()).toMatchObject({ status: 412, body: { errors: [{ parameter: 'id' }] } });
  expect(await secretOf('once')).toBe(secret);
});

test('a secret that is given is never answered, and replaces the one before', async () => {
  await put('given', SETTINGS);
  const secret = 'a-secret-from-elsewhere';
  const answer = await put('given', { ...SETTINGS, secret });
  expect(JSON.stringify(answer.body)).not.toContain(secret);
  expect(await secretOf('given')).toBe(secret);
  const entries = JSON.stringify(await api.deps.redis.xrange(keys.audit, '-', '+'));
  expect(entries).not.toContain(secret);
});

test('only an admin reads and changes sources', async () => {
  for (const key of [api.keys.author, api.keys.approver]) {
    expect((await put('mine', SETTINGS, key)).status).toBe(403);
    expect((await api.call('GET', '/v1/sources', { key })).status).toBe(403);
    expect((await api.call('DELETE', '/v1/sources/mine', { key })).status).toBe(403);
  }
  expect((await api.call('PUT', '/v1/sources/mine', { body: SETTINGS })).status).toBe(401);
  expect((await api.call('GET', '/v1/sources')).status).toBe(401);
});

test('a deleted source is gone with its secret', async () => {
  await put('gone', SETTINGS);
  const at = '/v1/sources/gone';
  expect((await api.call('DELETE', at, { key: api.keys.admin })).status).toBe(204);
  expect(await lastAction()).toMatchObject({ action: 'source.delete', target: 'gone' });
  expect(await secretOf('gone')).toBeUndefined();
  expect((await api.call('DELETE', at, { key: api.keys.admin })).status).toBe(404);
});

test.each([
  ['an unknown type', { type: 'fax' }, '/type'],
  ['an unknown mode', { mode: 'always' }, '/mode'],
  ['a topic that does not exist', { topics: { 'a/b': 'nowhere' } }, '/topics/a~1b'],
  ['an urgency that is none', { urgencies: { '1': 'loud' } }, '/urgencies/1'],
  ['an urgency that no source has', { urgencies: { '10': 'flash' } }, '/urgencies/10'],
  ['a short secret', { secret: 'short' }, '/secret'],
  ['a secret with spaces', { secret: 'a secret with spaces' }, '/secret'],
  ['a language that is none', { lang: 'not a language' }, '/lang'],
  ['an unknown field', { colour: 'red' }, '/colour'],
])('%s is refused by name', async (_name, fields, pointer) => {
  const answer = await put('wrong', { ...SETTINGS, ...fields });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
});

test('an id that is none is refused', async () => {
  expect(await put('Not%20An%20Id', SETTINGS)).toMatchObject({
    status: 422,
    body: { errors: [{ parameter: 'id' }] },
  });
});

test('what fools the measure of a text is refused, not an internal error', async () => {
  const fooling = { length: { toString: 1, valueOf: 1 } };
  expect((await put('fooled', { ...SETTINGS, lang: fooling })).status).toBe(422);
  const alert = { headline: 'x', lang: fooling, topics: ['world'] };
  expect((await api.call('POST', '/v1/alerts', { key: api.keys.author, body: alert })).status).toBe(422);
});
