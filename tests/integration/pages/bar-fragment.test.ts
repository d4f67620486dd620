import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
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

/** After what was kept for a crowd. */
async function bar(query = '', headers: Record<string, string> = {}): Promise<Answer> {
  api.advance(501);
  return api.call('GET', `/bar.html${query}`, { headers });
}
async function publish(fields: object = {}): Promise<{ id: string; headline: string }> {
  const { status, body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ ...fields }),
  });
  expect(status).toBe(201);
  return body;
}
const EMPTY = (attributes: string): string => `<ajil-bar origin="http://ajil.test"${attributes}></ajil-bar>`;

test('while nothing is current, the element is empty', async () => {
  const { status, headers, body } = await bar('?topics=world&lang=ar');
  expect([status, body]).toEqual([200, EMPTY(' topics="world" lang="ar"')]);
  expect(headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=4');
  expect(headers.get('x-robots-tag')).toBe('noindex');
});

test('it has the newest alert that matches, as its script will show it, and as data for the script', async () => {
  const { id, headline } = await publish({
    headline: 'زلزال "قوي" <b>',
    topics: ['world'],
    urgency: 'urgent',
  });
  await publish({ headline: 'English', lang: 'en', topics: ['world'], urgency: 'urgent' });
  await publish({ headline: 'خبر هادئ', topics: ['world'], urgency: 'normal' });
  await publish({ headline: 'هدف متأخر', topics: ['sport'], urgency: 'urgent' });
  const { body } = await bar('?topics=world&lang=ar&urgency=urgent&label=%3Cعاجل%20جدا%3E&utm_source=x');
  expect(body).toContain('<template shadowrootmode="open">');
  expect(body).toContain('زلزال &quot;قوي&quot; &lt;b&gt;');
  expect(body).toContain('<p class="label" part="label">&lt;عاجل جدا&gt;</p>');
  expect(body).toContain(`href="http://ajil.test/a/${id}"`);
  expect(body).not.toMatch(/English|هدف|utm/);
  const first = /first="([^"]*)"/
    .exec(body as string)?.[1]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  expect(JSON.parse(first ?? '')).toMatchObject({ id, headline, version: 1 });
  expect((await bar('?topics=world&lang=ar')).body).toContain('خبر هادئ');
});

test('the same bar is the same answer, until there is another version', async () => {
  const { id } = await publish({ topics: ['economy'] });
  const known = { 'If-None-Match': (await bar('?topics=economy')).headers.get('etag') ?? '' };
  expect((await bar('?topics=economy', known)).status).toBe(304);
  const change = (body: object) =>
    api.call('POST', `/v1/alerts/${id}/versions`, { key: api.keys.author, body });
  await change({ change: 'correction', note: 'أخطأنا في الرقم' });
  const corrected = await bar('?topics=economy', known);
  expect([corrected.status, corrected.body]).toEqual([200, expect.stringContaining('أخطأنا في الرقم')]);
  expect(corrected.body).toContain('>تصحيح<');
  await change({ change: 'retraction' });
  expect((await bar('?topics=economy')).body).toBe(EMPTY(' topics="economy"'));
});

test('what has expired is not there', async () => {
  await publish({ topics: ['politics'] });
  expect((await bar('?topics=politics')).body).toContain('<template');
  api.advance(61 * 60_000);
  expect((await bar('?topics=politics')).body).not.toContain('<template');
});

test.each([
  'topics=%3Cscript%3E',
  'lang=!',
  'urgency=loud',
  'position=left',
  'topics=a&topics=b',
  `label=${'x'.repeat(61)}`,
])('a wrong parameter (%s) leaves a comment in the page, and nothing of the value', async (query) => {
  const { status, headers, body } = await bar(`?${query}`);
  expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
  expect(body).toBe(`<!-- ajil-bar: ${query.split('=')[0]} is wrong; see docs/embedding.md -->`);
});

test('while the store is away, the element is empty, and no cache keeps that', async () => {
  await api.redis.kill();
  const { status, headers, body } = await bar('?topics=world');
  expect([status, headers.get('cache-control'), body]).toEqual([503, 'no-store', EMPTY(' topics="world"')]);
});
