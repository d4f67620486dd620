import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

const SETTINGS = {
  name: { ar: 'أخبار "المدينة"', en: 'City News', fr: 'Infos de la ville' },
  homeUrl: 'https://city.example/',
  logo: 'https://city.example/logo.png',
  colour: '#005a9c',
  approval: 'never',
};

let api: TestApi;
let web: Awaited<ReturnType<typeof startWebDir>>;
let page: string;
beforeAll(async () => {
  web = await startWebDir(['icon-192.png']);
  api = await startTestApi({ webDir: web.path });
  const body = anAlert({
    image: 'https://news.example/p.jpg',
    imageAlt: 'جسر "منهار"',
    imageCredit: 'سمر حداد',
  });
  page = `/a/${(await api.call('POST', '/v1/alerts', { key: api.keys.author, body })).body.id}`;
});
afterAll(async () => {
  await api.close();
  await web.remove();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(api.url + path, { headers, redirect: 'manual' });
const text = async (path: string) => (await get(path)).text();
const manifest = async () => JSON.parse(await text('/manifest.webmanifest'));

test('until a newsroom says how it is seen, pages, manifest and icon are ours', async () => {
  const front = await text('/');
  expect(front).toContain('<title>عاجل</title>');
  expect(front).toContain('<meta name="theme-color" content="#b3121d">');
  expect(front).not.toContain('newsroom.css');
  expect(await text('/newsroom.css')).toBe('');
  expect(await manifest()).toMatchObject({ name: 'عاجل', lang: 'ar', dir: 'rtl', theme_color: '#b3121d' });
  expect((await manifest()).icons).toHaveLength(4);
  expect((await get('/icon-192.png')).status).toBe(200);
});

test('a picture has its description, its caption and its credit; another picture does not keep them', async () => {
  const shown = await text(page);
  expect(shown).toContain('alt="جسر &quot;منهار&quot;"');
  expect(shown).toContain('<small>سمر حداد</small>');
  expect(shown).toContain('<meta property="og:image:alt" content="جسر &quot;منهار&quot;" />');
  const change = (body: object) =>
    api.call('POST', `/v1/alerts/${page.slice(3)}/versions`, { key: api.keys.author, body });
  expect((await change({ change: 'update', imageCaption: 'صباح اليوم' })).body).toMatchObject({
    imageAlt: 'جسر "منهار"',
    imageCaption: 'صباح اليوم',
  });
  expect((await change({ change: 'update', image: 'https://news.example/q.jpg' })).body).toMatchObject({
    imageAlt: null,
    imageCaption: null,
    imageCredit: null,
  });
  expect((await change({ change: 'update', image: null, imageAlt: 'x' })).body.imageAlt).toBeNull();
});

test('with the newsroom’s settings, everything that readers see follows within a second', async () => {
  await api.call('PUT', '/v1/newsroom', { key: api.keys.admin, body: SETTINGS });
  await expect.poll(() => text(page), { timeout: 2000 }).toContain('#005a9c');
  for (const path of ['/', page, '/a/00000000000000000000000000']) {
    const shown = await text(path);
    expect(shown).toContain('<meta name="theme-color" content="#005a9c">');
    expect(shown).toContain('<link rel="stylesheet" href="/newsroom.css?005a9c" />');
    expect(shown).toContain('href="https://city.example/"');
    expect(shown).toContain('src="https://city.example/logo.png"');
    expect(shown).toContain('أخبار &quot;المدينة&quot;');
  }
  expect(await text('/?lang=en')).toContain('<title>City News</title>');
  expect(await text('/newsroom.css')).toContain('--red: #005a9c;');
  const { name, theme_color: colour, icons } = await manifest();
  expect([name, colour, icons]).toEqual([
    'أخبار "المدينة"',
    '#005a9c',
    [{ src: 'https://city.example/logo.png', sizes: '192x192 512x512' }],
  ]);
  const icon = await get('/icon-192.png');
  expect([icon.status, icon.headers.get('location')]).toEqual([302, 'https://city.example/logo.png']);
  expect((await api.call('GET', '/v1/config')).body.newsroom.name.fr).toBe('Infos de la ville');
});

test('a caption’s text is text', async () => {
  const body = anAlert({
    url: null,
    headline: 'خبر بصورة',
    image: 'https://news.example/p.jpg',
    imageCaption: '<script>alert(1)</script>',
  });
  const { id } = (await api.call('POST', '/v1/alerts', { key: api.keys.author, body })).body;
  expect(await text(`/a/${id}`)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});
