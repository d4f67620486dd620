import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const SETTINGS = {
  name: { ar: 'أخبار المدينة', en: 'City News' },
  homeUrl: 'https://city.example/',
  logo: 'https://city.example/logo.png',
  colour: '#005a9c',
  languages: ['ar', 'en', 'fr'],
  approval: 'never',
  undoSeconds: 10,
  storyDays: 5,
  duplicateHours: 2,
};
const put = (body: object, role: keyof TestApi['keys'] = 'admin') =>
  api.call('PUT', '/v1/newsroom', { key: api.keys[role], body });
const send = async (fields: object = {}) =>
  (
    await api.call('POST', '/v1/alerts', {
      key: api.keys.author,
      body: anAlert({ headline: `خبر ${Math.random()}`, ...fields }),
    })
  ).body.status;

test('everybody may read the settings, which have a start', async () => {
  const { status, body } = await api.call('GET', '/v1/newsroom');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    name: { ar: 'عاجل', en: 'Ajil' },
    homeUrl: null,
    logo: null,
    colour: null,
    languages: ['ar', 'en'],
    approval: 'never',
    undoSeconds: 5,
    duplicateHours: 6,
  });
});

test('an admin changes them, and they count at once', async () => {
  expect((await put(SETTINGS, 'approver')).status).toBe(403);
  expect((await put(SETTINGS)).body).toEqual(SETTINGS);
  expect((await api.call('GET', '/v1/newsroom')).body).toEqual(SETTINGS);
  expect((await api.call('GET', '/v1/config')).body).toMatchObject({
    languages: ['ar', 'en', 'fr'],
    undoSeconds: 10,
    requireApproval: false,
  });
  const [, [, entry = ''] = []] =
    (await api.deps.redis.xrevrange('{ajil}:audit', '+', '-', 'COUNT', 1))[0] ?? [];
  expect(entry).toContain('"action":"newsroom.change"');
});

test('the rule of approval counts from the next alert on', async () => {
  expect(await send({ urgency: 'flash' })).toBe('sending');
  await put({ ...SETTINGS, approval: 'flash' });
  expect([await send({ urgency: 'flash' }), await send({ urgency: 'urgent' })]).toEqual([
    'awaiting-approval',
    'sending',
  ]);
  await put({ ...SETTINGS, approval: 'always' });
  expect(await send({ urgency: 'normal' })).toBe('awaiting-approval');
  expect((await api.call('GET', '/v1/config')).body.requireApproval).toBe(true);
  await put(SETTINGS);
});

test.each([
  [{ colour: '#ff9' }, '/colour'],
  [{ colour: '#ffe000' }, '/colour'],
  [{ name: {} }, '/name'],
  [{ name: { 'not a tag': 'x' } }, '/name/not a tag'],
  [{ logo: 'http://city.example/logo.png' }, '/logo'],
  [{ logo: `https://city.example/${'a'.repeat(300)}` }, '/logo'],
  [{ homeUrl: 'javascript:alert(1)' }, '/homeUrl'],
  [{ languages: [] }, '/languages'],
  [{ languages: ['x'.repeat(40)] }, '/languages/0'],
  [{ approval: 'sometimes' }, '/approval'],
  [{ undoSeconds: 31 }, '/undoSeconds'],
  [{ duplicateHours: -1 }, '/duplicateHours'],
  [{ motto: 'x' }, ''],
])('%o is refused, and nothing changes', async (fields, pointer) => {
  const before = (await api.call('GET', '/v1/newsroom')).body;
  const { status, body } = await put({ ...SETTINGS, ...fields });
  expect(status).toBe(422);
  expect(body.errors[0].pointer).toContain(pointer);
  expect((await api.call('GET', '/v1/newsroom')).body).toEqual(before);
});
