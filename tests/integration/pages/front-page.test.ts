import { createHash } from 'node:crypto';
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

/** After what was kept for a crowd. */
async function front(path = '/', headers: Record<string, string> = {}): Promise<string> {
  api.advance(1000);
  const { status, body } = await api.call('GET', path, { headers });
  expect(status).toBe(200);
  return body as string;
}
const publish = async (fields: object): Promise<string> =>
  (await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert({ ...fields }) })).body.id;
const retract = (id: string): Promise<unknown> =>
  api.call('POST', `/v1/alerts/${id}/versions`, { key: api.keys.author, body: { change: 'retraction' } });

test('without scripts there is the list, the bar, and a way to every alert and section', async () => {
  const id = await publish({ headline: 'زلزال <b>قوي</b>', topics: ['world'], urgency: 'flash' });
  const page = await front();
  expect(page).toContain('زلزال &lt;b&gt;قوي&lt;/b&gt;');
  expect(page).toContain(`href="/a/${id}"`);
  expect(page).toContain('href="/?topic=sport"');
  expect(page).toMatch(/<ajil-bar[^>]*>\s*<template shadowrootmode="open">[^]*زلزال/);
  expect(await front('/?topic=sport')).not.toContain(`href="/a/${id}"`);
  expect(await front('/?topic=none')).toContain(`href="/a/${id}"`);
});

test('the bar has what is loud and current only, and what this reader has not closed', async () => {
  const bar = async (cookie = ''): Promise<string> =>
    /<ajil-bar[^]*<\/ajil-bar>/.exec(await front('/', { Cookie: cookie }))?.[0] ?? '';
  const quiet = await publish({ headline: 'خبر هادئ', urgency: 'normal' });
  const loud = await publish({ headline: 'خبر عاجل جدا' });
  expect(await bar()).toContain('خبر عاجل جدا');
  expect(await bar()).not.toContain('خبر هادئ');
  expect(await bar(`ajil-closed=${loud}`)).not.toContain('<template');
  await retract(loud);
  expect(await bar()).not.toContain('خبر عاجل جدا');
  expect(quiet < loud).toBe(true);
  api.advance(61 * 60_000);
  expect(await bar()).not.toContain('<template');
});

test('it speaks the language of the address, then the reader’s choice, and Arabic until there is one', async () => {
  const lang = async (path: string, headers: Record<string, string>): Promise<string | undefined> =>
    /lang="(..)" dir="(...)"/
      .exec(await front(path, headers))
      ?.slice(1)
      .join(' ');
  const english = { 'Accept-Language': 'en-GB,en;q=0.9' };
  expect(await lang('/', {})).toBe('ar rtl');
  expect(await lang('/', english)).toBe('ar rtl');
  expect(await lang('/', { Cookie: 'x=1; ajil-language=en' })).toBe('en ltr');
  expect(await lang('/', { ...english, Cookie: 'x=1; ajil-language=ar' })).toBe('ar rtl');
  expect(await lang('/?lang=en', { Cookie: 'ajil-language=ar' })).toBe('en ltr');
  expect(await lang('/?lang=xx', { Cookie: 'ajil-language=<script>' })).toBe('ar rtl');
});

test('its policy allows the bar’s style by its hash, and nothing else inline', async () => {
  await publish({ urgency: 'flash' });
  api.advance(1000);
  const { headers, body } = await api.call('GET', '/');
  const policy = headers.get('content-security-policy') ?? '';
  const style = /<style>([^]*?)<\/style>/.exec(body as string)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(policy).toContain(`style-src 'sha256-${hash}' 'self'`);
  expect(policy).not.toContain('unsafe-inline');
  expect(headers.get('vary')).toContain('Cookie');
  expect((body as string).match(/<script/g)).toHaveLength(1); // the data block
});

test('older news has addresses, page by page', async () => {
  for (let count = 0; count < 21; count++) await publish({ topics: ['economy'] });
  const page = await front('/?topic=economy');
  const older = /class="more" href="([^"]+)"/.exec(page)?.[1]?.replace('&amp;', '&') ?? '';
  expect(older).toMatch(/^\/\?topic=economy&before=/);
  expect((await front(older)).match(/<article/g)).toHaveLength(1);
});

test('while the store is away the page comes without news', async () => {
  await api.redis.kill();
  const page = await front();
  expect(page).toContain('aria-busy="true"');
  expect(page).not.toContain('ajil-data');
});
