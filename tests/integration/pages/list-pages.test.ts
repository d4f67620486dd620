import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

const DAY_MS = 24 * 3_600_000;
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

/** After what was kept for a crowd. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  api.advance(1000);
  return api.call('GET', path, { headers });
}
async function publish(fields: object = {}): Promise<{ id: string; headline: string }> {
  const { status, body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ ...fields }),
  });
  expect(status).toBe(201);
  return body;
}
const change = (id: string, fields: object) =>
  api.call('POST', `/v1/alerts/${id}/versions`, { key: api.keys.author, body: fields });
const hrefs = (page: unknown): string[] =>
  [...String(page).matchAll(/<a\s[^>]*href="([^"]+)"/g)].map(([, href]) => href ?? '');
const canonical = (page: unknown): string | undefined =>
  /<link rel="canonical" href="([^"]+)"/.exec(String(page))?.[1];
const today = (): string => new Date(api.deps.now()).toISOString().slice(0, 10);

test('a topic has a page with its alerts, its feeds, and ways to the other topics, whole without scripts', async () => {
  const { id, headline } = await publish({ topics: ['sport'] });
  const other = await publish({ topics: ['economy'] });
  const { status, headers, body } = await get('/topics/sport');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(body).toContain('<html lang="ar" dir="rtl">');
  expect(body).toContain('<h1>رياضة</h1>');
  expect(body).toContain(headline);
  expect(body).not.toContain(other.headline);
  expect(hrefs(body)).toEqual(
    expect.arrayContaining([`/a/${id}`, '/topics/economy', '/archive', '/feeds/sport.rss']),
  );
  expect(canonical(body)).toBe('http://ajil.test/topics/sport');
  for (const format of ['rss', 'atom', 'json']) {
    expect(body).toMatch(new RegExp(`rel="alternate"[^>]+href="http://ajil.test/feeds/sport.${format}"`));
  }
  const english = await get('/topics/sport?lang=en&utm_source=x');
  expect(english.body).toContain('<h1>Sport</h1>');
  expect(canonical(english.body)).toBe('http://ajil.test/topics/sport?lang=en');
  expect(hrefs(english.body)).toContain('/topics/economy?lang=en');
});

test('caches keep it for seconds, for every reader alike', async () => {
  const { id } = await publish({ topics: ['technology'] });
  const { headers } = await get('/topics/technology', {
    Cookie: 'ajil-language=en',
    'Accept-Language': 'en',
  });
  expect(headers.get('cache-control')).toBe('public, max-age=2, stale-while-revalidate=8');
  expect(headers.get('vary') ?? '').not.toMatch(/cookie|language/i);
  expect(headers.get('set-cookie')).toBeNull();
  const known = { 'If-None-Match': headers.get('etag') ?? '' };
  expect((await get('/topics/technology', known)).status).toBe(304);
  api.advance(90_000);
  expect((await get('/topics/technology', known)).status).toBe(304);
  await change(id, { change: 'retraction', note: 'لم يقع' });
  const after = await get('/topics/technology', known);
  expect([after.status, after.body]).toEqual([200, expect.stringContaining('لم يقع')]);
});

test('older alerts of a topic have addresses of their own', async () => {
  for (let count = 0; count < 51; count++) await publish({ topics: ['ukraine'] });
  const { body } = await get('/topics/ukraine');
  const older = hrefs(body).find((href) => href.includes('before=')) ?? '';
  const page = await get(older);
  expect((page.body as string).match(/<article/g)).toHaveLength(1);
  expect(canonical(page.body)).toBe(`http://ajil.test${older}`);
  expect(hrefs(page.body)).toContain('/topics/ukraine');
  expect((await get('/topics/ukraine?before=00000000000000000000000000')).status).toBe(404);
});

test('the archive goes from day to day', async () => {
  const first = await publish({ headline: 'خبر اليوم الأول' });
  const firstDay = today();
  api.advance(2 * DAY_MS);
  const second = await publish({ headline: 'خبر اليوم الثالث' });
  await change(first.id, { change: 'correction', note: 'صُحح بعد يومين' });
  const newest = await get('/archive');
  expect(canonical(newest.body)).toBe(`http://ajil.test/archive/${today()}`);
  expect(newest.body).toContain(second.headline);
  expect(newest.body).not.toContain(first.headline);
  expect(hrefs(newest.body)).toContain(`/archive/${firstDay}`);
  const before = await get(`/archive/${firstDay}`);
  expect(before.body).toContain('صُحح بعد يومين');
  const between = new Date(api.deps.now() - DAY_MS).toISOString().slice(0, 10);
  expect(hrefs(before.body)).toContain(`/archive/${between}`);
  const empty = await get(`/archive/${between}`);
  expect(empty.body).toContain('لا أخبار هنا');
  expect(empty.body).toContain('<meta name="robots" content="noindex" />');
  expect(hrefs(empty.body)).toEqual(expect.arrayContaining([`/archive/${firstDay}`, `/archive/${today()}`]));
});

test.each([
  '/topics/nothing',
  '/topics/%3Cscript%3E',
  '/archive/2026-02-30',
  '/archive/1999-01-01',
  '/archive/9999-01-01',
  '/archive/x',
])('%s leads nowhere, kindly', async (path) => {
  const { status, headers, body } = await get(path);
  expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(body).toContain('noindex');
});

test('the front page leads to them, and names its feeds', async () => {
  const { body } = await get('/');
  expect(hrefs(body)).toEqual(expect.arrayContaining(['/archive', '/feeds/all.rss']));
  expect(body).toMatch(/rel="alternate"[^>]+href="http:\/\/ajil.test\/feeds\/all.atom"/);
  expect(canonical((await get('/?topic=sport')).body)).toBe('http://ajil.test/topics/sport');
});

test('search engines find the news of two days, and what they may not look at', async () => {
  const robots = await get('/robots.txt');
  expect(robots.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(robots.body).toMatch(/^Disallow: \/desk$/m);
  expect(robots.body).toMatch(/^Sitemap: http:\/\/ajil.test\/sitemap-news.xml$/m);
  api.advance(3 * DAY_MS);
  const listed = await publish({ headline: 'خبر <في> الخريطة & ]]>' });
  const elsewhere = await publish({ url: 'https://news.example/article' });
  const retracted = await publish();
  await change(retracted.id, { change: 'retraction' });
  api.advance(61_000);
  const { headers, body } = await get('/sitemap-news.xml');
  expect(headers.get('content-type')).toMatch(/^application\/xml/);
  const names: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ name }) => names.push(name));
  parser.write(body as string).close();
  expect(names.filter((name) => name === 'url')).toHaveLength(1);
  expect(body).toContain(`<loc>http://ajil.test/a/${listed.id}</loc>`);
  expect(body).toContain('<news:title>خبر &lt;في&gt; الخريطة &amp; ]]&gt;</news:title>');
  for (const { id } of [elsewhere, retracted]) expect(body).not.toContain(id);
});
