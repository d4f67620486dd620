import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';

const SECRET = 'the-secret-of-the-wordpress-plugin';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ config: { allowedOrigins: ['https://news.example'] } });
  await put('site');
  await put('careful', { mode: 'draft' });
});
afterAll(() => api.close());

const put = (id: string, fields: object = {}): Promise<Answer> =>
  api.call('PUT', `/v1/sources/${id}`, {
    key: api.keys.admin,
    body: { type: 'wordpress', mode: 'send', secret: SECRET, topics: { world: 'world' }, ...fields },
  });
const send = (body: object, source = 'site'): Promise<Answer> =>
  api.call('POST', `/v1/intake/${source}`, { key: SECRET, body });

let posts = 0;
const aPost = (fields: object = {}) => {
  posts += 1;
  return {
    id: `https://news.example/?p=${posts}`,
    version: 1,
    change: 'new',
    headline: `خبر من ووردبريس رقم ${posts}`,
    text: 'خلاصة الخبر.',
    url: `https://news.example/${posts}/`,
    lang: 'ar',
    urgency: 'flash',
    categories: ['World', 'أخبار العالم'],
    note: null,
    ...fields,
  };
};
const alert = async (id: string) =>
  (await api.call('GET', `/v1/alerts/${id}`, { key: api.keys.author })).body;

test('what an editor of a post asks for becomes an alert, its update, its correction with a note, its retraction', async () => {
  const post = aPost();
  const created = await send(post);
  expect(created).toMatchObject({ status: 200, body: { action: 'created', status: 'sending' } });
  const { alertId } = created.body;
  expect(await alert(alertId)).toMatchObject({
    url: post.url,
    topics: ['world'],
    urgency: 'flash',
    lang: 'ar',
  });
  const later = (version: number, change: string, fields: object = {}) =>
    send({ ...post, version, change, headline: `${post.headline} ${version}`, ...fields });
  expect((await later(2, 'update')).body).toMatchObject({ action: 'updated', alertId });
  const corrected = await later(3, 'correction', { note: 'صُحّح العدد.', headline: post.headline });
  expect(corrected.body).toMatchObject({ action: 'corrected', alertId });
  expect(await alert(alertId)).toMatchObject({ version: 3, change: 'correction', note: 'صُحّح العدد.' });
  expect((await later(4, 'retraction', { headline: '', note: 'لم يقع.' })).body).toMatchObject({
    action: 'retracted',
    alertId,
  });
  expect(await alert(alertId)).toMatchObject({ status: 'retracted', note: 'لم يقع.' });
  // For good.
  expect((await later(5, 'new')).body).toMatchObject({ action: 'ignored', alertId });
});

test('one post makes one alert, also when the same is sent at once, or as new once more', async () => {
  const post = aPost();
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(post)));
  expect(new Set(answers.map(({ body }) => body.alertId)).size).toBe(1);
  const again = await send({ ...post, version: 2, headline: `${post.headline} ثانية` });
  expect(again.body).toMatchObject({
    action: 'ignored',
    why: { code: 'made-before' },
    alertId: answers[0]?.body.alertId,
  });
  expect((await alert(again.body.alertId)).version).toBe(1);
});

test('a correction that only explains is one all the same; an update that says nothing new is none', async () => {
  const post = aPost();
  const { alertId } = (await send(post)).body;
  const same = await send({ ...post, version: 2, change: 'update' });
  expect(same.body).toMatchObject({ action: 'ignored', why: { code: 'unchanged' } });
  const noted = await send({ ...post, version: 3, change: 'correction', note: 'المصدر وكالة أخرى.' });
  expect(noted.body).toMatchObject({ action: 'corrected', alertId });
});

test('a link that leads elsewhere is left out, and the answer says so', async () => {
  for (const url of ['https://other.example/1/', 'http://news.example/1/', 'javascript:alert(1)']) {
    const { body } = await send(aPost({ url }));
    expect(body).toMatchObject({ action: 'created', why: { code: 'link-left-out' } });
    expect((await alert(body.alertId)).url).toBeNull();
  }
});

test('in draft mode an editor at the desk decides', async () => {
  const post = aPost();
  const { body } = await send(post, 'careful');
  expect(body).toMatchObject({ action: 'created', status: 'draft' });
  const better = { ...post, version: 2, change: 'update', headline: `${post.headline} أوضح` };
  expect((await send(better, 'careful')).body).toMatchObject({ action: 'updated', status: 'draft' });
});

test.each([
  ['/headline', { headline: '  ' }],
  ['/change', { change: 'published' }],
  ['/version', { version: 0 }],
  ['/id', { id: '' }],
  ['/categories/0', { categories: [7] }],
  ['/note', { note: 'ن'.repeat(301) }],
  ['', { more: true }],
])('what is wrong is refused by the field: %s', async (pointer, fields) => {
  const answer = await send(aPost(fields));
  expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
});

test('nobody sends without the secret', async () => {
  const answer = await api.call('POST', '/v1/intake/site', { key: 'another-secret', body: aPost() });
  expect(answer.status).toBe(401);
});
