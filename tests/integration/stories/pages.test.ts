import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

let api: TestApi;
let webDir: Awaited<ReturnType<typeof startWebDir>>;

beforeAll(async () => {
  webDir = await startWebDir();
  api = await startTestApi({ webDir: webDir.path });
});
afterAll(async () => {
  await api.close();
  await webDir.remove();
});

const key = (): string => api.keys.author;
async function page(path: string): Promise<{ status: number; text: string }> {
  api.advance(1000);
  const { status, body } = await api.call('GET', path);
  return { status, text: String(body) };
}
async function start(name: string): Promise<string> {
  return (await api.call('POST', '/v1/stories', { key: key(), body: { name, lang: 'ar' } })).body.id;
}
async function send(fields: object): Promise<{ id: string; headline: string }> {
  return (await api.call('POST', '/v1/alerts', { key: key(), body: anAlert({ ...fields }) })).body;
}

test('an alert’s page names its story, lists its other alerts and leads to all of them; its address stays its own', async () => {
  const story = await start('زلزال <في> الشرق');
  const [first, second, other] = [await send({ story }), await send({ story }), await send({})];
  const { text } = await page(`/a/${first.id}`);
  expect(text).toContain('زلزال &lt;في&gt; الشرق');
  expect(text).toContain(`<a href="/a/${second.id}">${second.headline}</a>`);
  expect(text).not.toContain(`<a href="/a/${first.id}">`);
  expect(text).not.toContain(other.headline);
  expect(text).toContain(`href="/stories/${story}"`);
  expect(text).toContain(`<link rel="canonical" href="http://ajil.test/a/${first.id}" />`);
  expect(text).toMatch(new RegExp(`class="follow" hidden data-story="${story}"`));
  expect((await page(`/a/${other.id}`)).text).not.toContain('class="story"');
  await api.call('PATCH', `/v1/stories/${story}`, { key: key(), body: { ended: true } });
  expect((await page(`/a/${first.id}`)).text).not.toContain('data-story');
});

test('a story has a page with its alerts from the first on, also after its end', async () => {
  const story = await start('انتخابات');
  expect((await page(`/stories/${story}`)).status).toBe(404);
  const [first, second] = [await send({ story }), await send({ story })];
  const other = await send({});
  const { status, text } = await page(`/stories/${story}`);
  expect(status).toBe(200);
  expect(text).toContain('<h1>انتخابات</h1>');
  for (const alert of [first, second]) expect(text).toContain(alert.headline);
  expect(text).not.toContain(other.headline);
  expect(text).toContain(`<link rel="canonical" href="http://ajil.test/stories/${story}" />`);
  await api.call('PATCH', `/v1/stories/${story}`, { key: key(), body: { ended: true } });
  expect((await page(`/stories/${story}?lang=en`)).text).toContain('This story has ended.');
  expect((await page('/stories/none')).status).toBe(404);
});

test.each([
  ['rss', (story: string) => `<atom:link rel="collection" href="http://ajil.test/stories/${story}"`],
  ['atom', (story: string) => `<link rel="collection" href="http://ajil.test/stories/${story}"`],
  ['json', (story: string) => `"story":"http://ajil.test/stories/${story}"`],
])('an entry of a feed leads to its story (%s)', async (format, linkTo) => {
  const story = await start('جلسة مجلس الأمن');
  await send({ story });
  api.advance(1000);
  const { body } = await api.call('GET', `/feeds/all.${format}`);
  expect(typeof body === 'string' ? body : JSON.stringify(body)).toContain(linkTo(story));
});
