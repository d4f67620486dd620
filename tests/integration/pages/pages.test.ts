import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

/** What other sites load. */
const EMBEDDED = ['bar.js', 'list.js', 'live-client.js', 'push.js', 'push-worker.js'];
const FILES = ['sw.js', ...EMBEDDED, 'icon-192.png', 'badge-96.png', 'assets/page-abc123.js'];
let api: TestApi;
let webDir: Awaited<ReturnType<typeof startWebDir>>;

beforeAll(async () => {
  webDir = await startWebDir(FILES, (name) => name);
  api = await startTestApi({ webDir: webDir.path });
});
afterAll(async () => {
  await api.close();
  await webDir.remove();
});

test.each([
  ['/', 'index.html', 'text/html; charset=utf-8', 'private, no-cache'],
  ['/desk', 'desk.html', 'text/html; charset=utf-8', 'no-cache'],
  ['/sw.js', 'sw.js', 'text/javascript; charset=utf-8', 'no-cache'],
  ...EMBEDDED.map((name) => [
    `/${name}`,
    name,
    'text/javascript; charset=utf-8',
    'public, max-age=300, stale-while-revalidate=86400',
  ]),
  ['/icon-192.png', 'icon-192.png', 'image/png', 'public, max-age=0'],
  [
    '/assets/page-abc123.js',
    'assets/page-abc123.js',
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ],
])('%s serves %s', async (path, file, type, caching) => {
  const { status, headers, body } = await api.call('GET', path);
  expect([status, body, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    file,
    type,
    caching,
  ]);
  const etag = headers.get('etag') ?? '';
  expect((await api.call('GET', path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
});

test('the service worker may serve the whole site, and other sites may load what is made for them only', async () => {
  expect((await api.call('GET', '/sw.js')).headers.get('service-worker-allowed')).toBe('/');
  for (const name of EMBEDDED) {
    const { headers } = await api.call('GET', `/${name}`);
    expect([headers.get('access-control-allow-origin'), headers.get('cross-origin-resource-policy')]).toEqual(
      ['*', 'cross-origin'],
    );
  }
  // The pictures of a notification are loaded without CORS.
  for (const path of ['/icon-192.png', '/badge-96.png']) {
    const { headers } = await api.call('GET', path);
    expect([path, headers.get('cross-origin-resource-policy')]).toEqual([path, 'cross-origin']);
  }
  const page = (await api.call('GET', '/')).headers;
  expect([page.get('access-control-allow-origin'), page.get('cross-origin-resource-policy')]).toEqual([
    null,
    'same-origin',
  ]);
});

test('the empty frames of pages are not served', async () => {
  for (const path of [
    '/alert.html',
    '/ALERT.html',
    '/%61lert.html',
    '/alert%2ehtml',
    '//alert.html',
    '/./alert.html',
    '/index.html',
    '/INDEX.html',
    '/list.html',
  ]) {
    expect([path, (await api.call('GET', path)).status]).toEqual([path, 404]);
  }
});

test('nothing outside the pages’ folder is served', async () => {
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/.env',
    '/assets/',
  ]) {
    expect([path, (await api.call('GET', path)).status]).toEqual([path, 404]);
  }
});

test.each(['/sw.js', '/bar.js', '/icon-192.png', '/assets/page-abc123.js', '/docs/swagger-ui.css'])(
  'a condition or range that %s does not meet is answered as such',
  async (path) => {
    const ask = async (headers: Record<string, string>) => {
      const { status, body } = await api.call('GET', path, { headers });
      return [status, body.type];
    };
    const failed = [412, 'http://ajil.test/problems/precondition-failed'];
    expect(await ask({ 'If-Match': '"other"' })).toEqual(failed);
    expect(await ask({ 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).toEqual(failed);
    expect(await ask({ Range: 'bytes=99999999-' })).toEqual([
      416,
      'http://ajil.test/problems/range-not-satisfiable',
    ]);
  },
);
