import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createFetchFeed } from '../../../src/intake/feeds/fetch-feed.ts';
import { createFeedLooks } from '../../../src/intake/feeds/poller.ts';
import { createTakeFeed } from '../../../src/intake/feeds/take-feed.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

let api: TestApi;
let origin = '';
let serve: Serve = (_request, response) => response.writeHead(404).end();
let asked: IncomingMessage[] = [];
const server = createServer((request, response) => {
  asked.push(request);
  serve(request, response);
});

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await startTestApi({
    config: {
      publicUrl: 'http://ajil.test',
      allowedOrigins: ['https://news.example'],
      webhookAllowedOrigins: [origin],
    },
  });
});
afterAll(async () => {
  await api.close();
  await new Promise((closed) => server.close(closed));
});
beforeEach(() => (asked = []));

const fetchFeed = (allowed = [origin]) =>
  createFetchFeed({ allowedOrigins: allowed, closing: new AbortController().signal });
const NO_HUBS = {
  follow: () => Promise.resolve(),
  renew: () => Promise.resolve(),
  pauseFor: (_sourceId: string, everySeconds: number) => Promise.resolve(everySeconds),
  setBehind: () => Promise.resolve(),
};
/** Another process has looks of its own. */
const looks = (fetch = fetchFeed()) =>
  createFeedLooks({
    ...api.deps,
    sources: api.sources,
    takeFeed: createTakeFeed({ ...api.deps, taking: api.taking, arrivals: api.arrivals }),
    subscriber: NO_HUBS,
    fetchFeed: fetch,
  });
async function look(seconds = 60, by = looks()): Promise<void> {
  api.advance(seconds * 1000);
  await by.lookAtDue();
}
const put = (id: string, fields: object = {}) =>
  api.call('PUT', `/v1/sources/${id}`, {
    key: api.keys.admin,
    body: { type: 'feed', url: `${origin}/${id}`, mark: 'عاجل', topics: { default: 'world' }, ...fields },
  });
const remove = (id: string) => api.call('DELETE', `/v1/sources/${id}`, { key: api.keys.admin });

let serial = 0;
const anItem = (fields: { id?: string; title?: string; minutesAgo?: number } = {}) => {
  serial += 1;
  const { id = `item-${serial}`, title = `عاجل: خبر ${serial}`, minutesAgo = 1 } = fields;
  const date_published = new Date(api.deps.now() - minutesAgo * 60_000).toISOString();
  return { id, title, date_published, content_text: 'نص' };
};
const answers =
  (items: readonly object[], headers: Record<string, string> = {}, status = 200): Serve =>
  (_request, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/feed+json', ...headers })
      .end(JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 't', items }));
const headlines = async (): Promise<string[]> => {
  const { body } = await api.call('GET', '/v1/alerts?limit=100', { key: api.keys.author });
  return (body.alerts as { headline: string }[]).map(({ headline }) => headline);
};
const drafts = async (of: string) => {
  const { body } = await api.call('GET', '/v1/alerts?limit=100', { key: api.keys.author });
  return (
    body.alerts as { createdBy: string; headline: string; status: string; id: string; version: number }[]
  ).filter(({ createdBy }) => createdBy === `source:${of}`);
};

test('the first look sends nothing; what comes later with the mark becomes a draft, and its change a version', async () => {
  expect((await put('wire')).status).toBe(201);
  const old = anItem();
  serve = answers([old]);
  await look();
  expect(await drafts('wire')).toEqual([]);
  const breaking = anItem({ title: 'عاجل: زلزال يضرب الساحل' });
  const other = anItem({ title: 'تقرير: في الاقتصاد' });
  serve = answers([other, breaking, old]);
  await look();
  await look();
  expect(await drafts('wire')).toMatchObject([{ headline: 'زلزال يضرب الساحل', status: 'draft' }]);
  serve = answers([other, { ...breaking, title: 'عاجل: زلزال قوي يضرب الساحل' }, old]);
  await look();
  expect(await drafts('wire')).toMatchObject([{ headline: 'زلزال قوي يضرب الساحل', status: 'draft' }]);
  await remove('wire');
});

test('a link that leads where alerts may not is left out, and the item is not refused for it', async () => {
  await put('links');
  serve = answers([]);
  await look();
  const [inside, outside] = ['news', 'other'].map((site) => ({
    ...anItem(),
    url: `https://${site}.example/1`,
  }));
  serve = answers([inside ?? {}, outside ?? {}]);
  await look();
  const { body } = await api.call('GET', '/v1/alerts?limit=2', { key: api.keys.author });
  const urls = (body.alerts as { url: string | null }[]).map(({ url }) => url);
  expect(new Set(urls)).toEqual(new Set([null, 'https://news.example/1']));
  await remove('links');
});

test('a look that ends because the process stops is no failure', async () => {
  await put('stopping');
  const stop = new AbortController();
  serve = () => stop.abort();
  await look(60, looks(createFetchFeed({ allowedOrigins: [origin], closing: stop.signal })));
  serve = answers([]);
  await looks().lookAtDue();
  expect(asked).toHaveLength(2);
  await remove('stopping');
});

test('of many processes one looks', async () => {
  await put('many');
  serve = answers([]);
  api.advance(60_000);
  await Promise.all(Array.from({ length: 5 }, () => looks().lookAtDue()));
  expect(asked.filter(({ url }) => url === '/many')).toHaveLength(1);
  await remove('many');
});

test('it asks politely: with what it knows, not before the server’s time, and a 304 is an answer', async () => {
  await put('polite', { everySeconds: 30 });
  serve = answers([], {
    ETag: '"a"',
    'Last-Modified': 'Sun, 29 Nov 2026 10:00:00 GMT',
    'Cache-Control': 'max-age=300',
  });
  await look();
  await look(60);
  expect(asked).toHaveLength(1);
  serve = (_request, response) => response.writeHead(304).end();
  await look(300);
  expect(asked[1]?.headers).toMatchObject({
    'if-none-match': '"a"',
    'if-modified-since': 'Sun, 29 Nov 2026 10:00:00 GMT',
  });
  serve = answers([], { 'Retry-After': '600' }, 503);
  await look(60);
  await look(300);
  expect(asked).toHaveLength(3);
  await look(600);
  expect(asked).toHaveLength(4);
  await remove('polite');
});

test('what is gone (410) is not asked for again, until an admin saves the source', async () => {
  await put('gone');
  serve = (_request, response) => response.writeHead(410).end();
  await look();
  for (let hour = 0; hour < 3; hour++) await look(3600);
  expect(asked).toHaveLength(1);
  await put('gone');
  await look();
  expect(asked).toHaveLength(2);
  await remove('gone');
});

test('what has moved for good (301) is asked for at its new address, what has moved for now (302) is not', async () => {
  await put('moved');
  serve = (request, response) => {
    if (request.url === '/moved') response.writeHead(301, { Location: '/new' }).end();
    else if (request.url === '/new') response.writeHead(302, { Location: '/today' }).end();
    else answers([])(request, response);
  };
  await look();
  await look();
  expect(asked.map(({ url }) => url)).toEqual(['/moved', '/new', '/today', '/new', '/today']);
  await remove('moved');
});

test('no address inside our network is called, at no step of a redirect', async () => {
  for (const url of [
    'http://127.0.0.1:1/x',
    'https://10.0.0.1/',
    'https://user:x@news.example/',
    'ftp://news.example/',
  ]) {
    expect(await put('inside', { url })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/url' }] },
    });
  }
  await put('inside');
  serve = (_request, response) => response.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end();
  await look();
  expect(asked).toHaveLength(1);
  await expect(fetchFeed([])(`${origin}/x`, { etag: null, lastModified: null })).rejects.toThrow(/address/);
  await remove('inside');
});

test('an answer without end, or in vain, is given up; the source goes on later', async () => {
  await put('endless');
  serve = (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (response.writable && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  await look();
  serve = answers([]);
  await look(120);
  expect(asked).toHaveLength(2);
  await remove('endless');
});

test('old items never become alerts', async () => {
  await put('old');
  serve = answers([]);
  await look();
  serve = answers([anItem({ minutesAgo: 45, title: 'عاجل: قديم جدا' })]);
  await look();
  expect(await headlines()).not.toContain('قديم جدا');
  await remove('old');
});

test('a feed names its address and its mark; other sources have neither', async () => {
  const body = (fields: object) => ({ type: 'feed', topics: {}, ...fields });
  const call = (fields: object) =>
    api.call('PUT', '/v1/sources/odd', { key: api.keys.admin, body: body(fields) });
  expect((await call({})).body.errors).toMatchObject([{ pointer: '/url' }, { pointer: '/mark' }]);
  expect((await call({ type: 'ninjs', url: `${origin}/` })).body.errors).toMatchObject([{ pointer: '/url' }]);
  const made = await call({ url: `${origin}/`, mark: null });
  expect([made.status, made.body.secret]).toEqual([201, undefined]);
  const posted = await api.call('POST', '/v1/intake/odd', { key: api.keys.author, body: {} });
  expect(posted.status).toBe(404);
  await remove('odd');
});
