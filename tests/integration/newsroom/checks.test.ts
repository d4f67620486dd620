import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePhrases } from '../../../src/newsroom/checks/phrases.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { makeCertificate } from '../../support/tls.ts';

const PAGE = (text: string): string =>
  `<!doctype html><html lang="ar"><head><title>العنوان - الموقع</title>
   <meta property="og:title" content="انهيار جسر &amp; إغلاق الطريق">
   <meta property="og:image" content="/media/bridge.jpg"><meta property="og:image:alt" content="الجسر بعد انهياره">
   <meta property="og:description" content="وصف  القصة"><meta property="og:site_name" content="أخبار المدينة">
   <link rel="canonical" href="/world/bridge?utm_source=x"></head><body><p>${text}</p><script>var n = 777;</script></body></html>`;

let api: TestApi;
let site: Server;
let origin: string;
beforeAll(async () => {
  const certificate = makeCertificate();
  site = createServer(certificate, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const html = { 'Content-Type': 'text/html; charset=utf-8' };
    if (path === '/world/bridge') response.writeHead(200, html).end(PAGE('أصيب ١٬٢٠٠ شخص و25 سيارة'));
    else if (path === '/moved') response.writeHead(302, { Location: '/world/bridge' }).end();
    else if (path === '/loop') response.writeHead(302, { Location: '/loop' }).end();
    else if (path === '/inside')
      response.writeHead(302, { Location: 'https://169.254.169.254/latest' }).end();
    else if (path === '/plain') response.writeHead(301, { Location: 'http://localhost/' }).end();
    else if (path === '/picture') response.writeHead(200, { 'Content-Type': 'image/png' }).end('x');
    else if (path === '/endless') {
      response.writeHead(200, html).write(PAGE('بلا نهاية'));
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
      more();
    } else if (path === '/old') {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(Buffer.from('<meta charset="windows-1256"><title>\xce\xc8\xd1</title>', 'latin1'));
    } else response.writeHead(404, html).end('nothing');
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  origin = `https://localhost:${(site.address() as AddressInfo).port}`;
  api = await startTestApi({
    config: { allowedOrigins: [origin, 'https://news.example'] },
    articleCa: certificate.ca,
    phrases: compilePhrases({ warn: { en: ['embargo'] }, approval: { ar: ['استقالة'], en: ['resigns'] } }),
  });
});
afterAll(async () => {
  await api.close();
  site.closeAllConnections();
  site.close();
});

const post = (path: string, body: object, key = api.keys.author) => api.call('POST', path, { key, body });
const warnings = async (fields: object) =>
  (await post('/v1/checks', { headline: 'خبر لا شبيه له', lang: 'ar', ...fields })).body.warnings;
const preview = (path: string) =>
  post('/v1/articles/preview', { url: path.startsWith('/') ? origin + path : path });

test('an alert that says nearly the same is named, whatever becomes of it; one that was taken back is not', async () => {
  const headline = 'انهيار جسر في المدينة القديمة';
  const made = await post('/v1/alerts', anAlert({ headline, url: null, draft: true }));
  const similar = { headline: 'عاجل: انهيار جسر كبير في المدينة القديمة' };
  expect(await warnings(similar)).toEqual([{ check: 'similar', alertId: made.body.id }]);
  expect(await warnings({ ...similar, alertId: made.body.id })).toEqual([]);
  expect(await warnings({ ...similar, lang: 'fa' })).toEqual([]);
  await post(`/v1/alerts/${made.body.id}/cancellation`, {});
  expect(await warnings(similar)).toEqual([]);
  const old = await post('/v1/alerts', anAlert({ headline, url: null }));
  expect(await warnings(similar)).toEqual([{ check: 'similar', alertId: old.body.id }]);
  api.advance(6 * 3_600_000 + 1000);
  expect(await warnings(similar)).toEqual([]);
});

test('phrases, capitals and another script are named', async () => {
  expect(await warnings({ headline: 'إعلان استقالة المدير' })).toEqual([
    { check: 'second-person', phrase: 'استقالة' },
  ]);
  expect(await warnings({ headline: 'Results under embargo', lang: 'en' })).toEqual([
    { check: 'phrase', phrase: 'embargo' },
  ]);
  expect(await warnings({ headline: 'BRIDGE COLLAPSES IN TOWN', lang: 'en' })).toEqual([
    { check: 'capitals' },
  ]);
  expect(await warnings({ headline: 'NATO: OPEC', lang: 'en' })).toEqual([]);
  expect(await warnings({ headline: 'Bridge collapses' })).toEqual([{ check: 'language' }]);
});

test('a link is looked at: its answer, where it leads, and the numbers of the page', async () => {
  const url = `${origin}/world/bridge`;
  expect(await warnings({ url, headline: 'إصابة 1,200 شخص في حادث' })).toEqual([]);
  expect(await warnings({ url, headline: 'إصابة ٣٠٠ شخص و٢٥ سيارة' })).toEqual([
    { check: 'numbers', numbers: ['300'] },
  ]);
  expect(await warnings({ url, headline: 'الرقم 777 من برنامج لا من النص' })).toEqual([
    { check: 'numbers', numbers: ['777'] },
  ]);
  expect(await warnings({ url: `${origin}/moved` })).toEqual([{ check: 'elsewhere', url }]);
  expect(await warnings({ url: `${origin}/missing` })).toEqual([
    { check: 'link', reason: 'it answered 404' },
  ]);
});

test('an article’s page gives the start of an alert', async () => {
  const { status, body } = await preview('/world/bridge?fbclid=1');
  expect([status, body]).toEqual([
    200,
    {
      url: `${origin}/world/bridge?fbclid=1`,
      canonicalUrl: `${origin}/world/bridge?utm_source=x`,
      title: 'انهيار جسر & إغلاق الطريق',
      description: 'وصف القصة',
      image: `${origin}/media/bridge.jpg`,
      imageAlt: 'الجسر بعد انهياره',
      siteName: 'أخبار المدينة',
      lang: 'ar',
    },
  ]);
  expect((await preview('/endless')).body.title).toBe('انهيار جسر & إغلاق الطريق');
  expect((await preview('/old')).body.title).toBe('خبر');
});

test.each([
  ['/missing', 'it answered 404'],
  ['/loop', 'it redirects too often'],
  ['/inside', 'it is no public address'],
  ['/plain', 'it is not https'],
  ['/picture', 'it is no web page'],
  ['https://127.0.0.1/', 'it is no public address'],
  ['https://[::1]/', 'it is no public address'],
  ['https://2130706433/', 'it is no public address'],
  ['https://does-not-exist.invalid/', 'its name is not known'],
])('%s is not read', async (path, reason) => {
  const { status, body } = await preview(path);
  expect([status, body.type, body.detail]).toEqual([
    422,
    'http://ajil.test/problems/article-unreadable',
    `The article’s page cannot be used: ${reason}.`,
  ]);
});

test('another port of the newsroom’s own host is another server', async () => {
  const other = new URL(origin);
  other.port = String(Number(other.port) - 1);
  expect((await preview(`${other.origin}/`)).body.detail).toContain('it is no public address');
});

test('only editors may look, and only at links', async () => {
  for (const path of ['/v1/checks', '/v1/articles/preview']) {
    expect((await api.call('POST', path, { body: {} })).status).toBe(401);
    expect((await post(path, { url: 'http://news.example/' })).status).toBe(422);
  }
});

test('a phrase of the newsroom’s file makes an alert wait for a second editor; a retraction never waits', async () => {
  const send = async (headline: string, fields: object = {}) =>
    (await post('/v1/alerts', anAlert({ headline, url: null, ...fields }))).body;
  expect((await send('إعلان استقالة الوزير')).status).toBe('awaiting-approval');
  const { id } = await send('لا شيء مما يُسأل عنه');
  const version = async (fields: object) => (await post(`/v1/alerts/${id}/versions`, fields)).body.status;
  expect(await version({ change: 'update', headline: 'ثم استقالة الوزير' })).toBe('awaiting-approval');
  expect(await version({ change: 'retraction', note: 'لا استقالة' })).toBe('retracted');
});
