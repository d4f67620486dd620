import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Job, Queue } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { eventOf } from '../../../src/outlets/teller.ts';
import { HUB_QUEUE, type HubQueue } from '../../../src/outlets/websub/queue.ts';
import type { HubStore } from '../../../src/outlets/websub/store.ts';
import { subscriptionId } from '../../../src/outlets/websub/subscription.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { openTestHub, type TestHub } from '../../support/hub.ts';

const FEED = 'http://ajil.test/feeds/world.rss';
const DAY_S = 24 * 3600;

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
}
interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A program of somebody else's. It confirms what it is asked, unless a test says otherwise. */
async function startSubscriber() {
  const asked: Asked[] = [];
  const received: Received[] = [];
  const subscriber = {
    origin: '',
    asked,
    received,
    /** What it was told, without refusals of the hub. */
    bodies: (path = '/cb') => received.filter((one) => one.path === path).map(({ body }) => body),
    confirm: (query: URLSearchParams, response: ServerResponse): void =>
      void response.end(query.get('hub.challenge') ?? ''),
    take: (_path: string, response: ServerResponse): void => void response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://subscriber');
    if (request.method === 'GET') {
      asked.push({ path: pathname, query: searchParams });
      return subscriber.confirm(searchParams, response);
    }
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push({ path: pathname, headers: request.headers, body });
      subscriber.take(pathname, response);
    });
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  subscriber.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return subscriber;
}

/** A busy machine takes its time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

let subscriber: Awaited<ReturnType<typeof startSubscriber>>;
let api: TestApi;
let redis: Redis;
let store: HubStore;
let queue: HubQueue;
let hub: TestHub;

beforeEach(async () => {
  subscriber = await startSubscriber();
  const allowedOrigins = [subscriber.origin];
  api = await startTestApi({
    hubAllowedOrigins: allowedOrigins,
    hubQueue: { verify: (request) => queue.verify(request) },
  });
  hub = openTestHub(api, { allowedOrigins, publicUrl: 'http://ajil.test' });
  ({ redis, store, queue } = hub);
});
afterEach(async () => {
  await hub.close();
  await api.close();
  await subscriber.close();
});

const callback = (path = '/cb'): string => subscriber.origin + path;
async function ask(fields: Record<string, string>): Promise<Answer> {
  const body = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': FEED,
    'hub.callback': callback(),
    ...fields,
  });
  return api.call('POST', '/websub', {
    body: String(body),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
}
async function subscribe(fields: Record<string, string> = {}): Promise<void> {
  const before = (await store.all()).length;
  expect((await ask(fields)).status).toBe(202);
  await eventually(async () => (await store.all()).length).toBe(before + 1);
}
/** As the fan-out does it. */
async function announce(alert: EditorAlert): Promise<EditorAlert> {
  await queue.announce(eventOf(alert));
  return alert;
}
const publish = async (fields: object = {}): Promise<EditorAlert> =>
  announce(
    (await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert({ ...fields }) }))
      .body as EditorAlert,
  );
const change = async ({ id }: EditorAlert, fields: object): Promise<EditorAlert> =>
  announce(
    (await api.call('POST', `/v1/alerts/${id}/versions`, { key: api.keys.author, body: fields }))
      .body as EditorAlert,
  );
/** Jobs that wait for their next attempt come now. */
async function hurry(): Promise<void> {
  const open = new Queue(HUB_QUEUE, { connection: redis, prefix: '{ajil}' });
  for (const id of await redis.zrange(`{ajil}:${HUB_QUEUE}:delayed`, '0', '-1')) {
    await (await Job.fromId(open, id))?.promote().catch(() => undefined);
  }
  await open.close();
}
/** Nothing waits in the hub, and nothing is under way. */
async function idle(): Promise<void> {
  const open = new Queue(HUB_QUEUE, { connection: redis, prefix: '{ajil}' });
  const jobs = () => open.getJobs(['waiting', 'active', 'prioritized', 'delayed']);
  await eventually(async () =>
    (await jobs()).map(({ name, failedReason }) => `${name} ${failedReason}`),
  ).toEqual([]);
  await open.close();
}

test('whoever confirms gets the whole feed at each change, signed, with its links', async () => {
  await subscribe({
    'hub.callback': callback('/cb?x=1%202'),
    'hub.secret': 'سر',
    'hub.lease_seconds': '86400',
  });
  const [verification] = subscriber.asked;
  expect(Object.fromEntries(verification?.query ?? [])).toEqual({
    x: '1 2',
    'hub.mode': 'subscribe',
    'hub.topic': FEED,
    'hub.challenge': expect.stringMatching(/^[\w-]{32}$/),
    'hub.lease_seconds': '86400',
  });
  const alert = await publish({ headline: 'زلزال قوي' });
  await eventually(() => subscriber.received).toHaveLength(1);
  const { headers, body } = subscriber.received[0]!;
  const feed = await api.call('GET', '/feeds/world.rss');
  expect(body).toBe(feed.body);
  expect(headers['content-type']).toBe('application/rss+xml; charset=utf-8');
  expect(headers.link).toBe(`<${FEED}>; rel="self", <http://ajil.test/websub>; rel="hub"`);
  expect(headers['x-hub-signature']).toBe(`sha256=${createHmac('sha256', 'سر').update(body).digest('hex')}`);
  await change(alert, { change: 'retraction', note: 'لم يقع' });
  await eventually(() => subscriber.received).toHaveLength(2);
  expect(subscriber.received[1]?.body).not.toContain('زلزال');
});

test('only subscribers of the feeds that change are told, once for each change', async () => {
  await subscribe({ 'hub.callback': callback('/world') });
  await subscribe({ 'hub.callback': callback('/english'), 'hub.topic': `${FEED}?lang=en` });
  await subscribe({ 'hub.callback': callback('/sport'), 'hub.topic': 'http://ajil.test/feeds/sport.json' });
  await subscribe({ 'hub.callback': callback('/all'), 'hub.topic': 'http://ajil.test/feeds/all.atom' });
  const alert = await publish({ headline: 'خبر من العالم' });
  await announce(alert);
  await idle();
  await announce(alert);
  await idle();
  expect(subscriber.received.map(({ path }) => path).sort()).toEqual(['/all', '/world']);
  await change(alert, { change: 'update', body: 'تفاصيل' });
  await idle();
  expect(subscriber.received.map(({ path }) => path).sort()).toEqual(['/all', '/all', '/world', '/world']);
});

test('changes that come together are sent together, and never an older text after a newer', async () => {
  await subscribe();
  subscriber.take = (_path, response) => setTimeout(() => response.writeHead(204).end(), 50);
  const alert = await publish({ headline: 'العنوان 0' });
  for (let count = 1; count <= 8; count++) {
    await change(alert, { change: 'update', headline: `العنوان ${count}` });
  }
  await idle();
  const told = subscriber.bodies().map((body) => Number(/العنوان (\d)/.exec(body)?.[1]));
  expect(told.at(-1)).toBe(8);
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  expect(told.length).toBeLessThan(9);
});

test('a subscription is what its callback confirms, and nothing else', async () => {
  const answers: ((query: URLSearchParams, response: ServerResponse) => void)[] = [
    (_query, response) => response.writeHead(404).end(),
    (query, response) => response.writeHead(500).end(query.get('hub.challenge')),
    (query, response) => response.end(`<p>${query.get('hub.challenge')}`),
    (_query, response) => response.end(),
    (query, response) => response.writeHead(302, { Location: callback(`/cb?${String(query)}`) }).end(),
    (query, response) => {
      response.write(query.get('hub.challenge'));
      for (let count = 0; count < 100; count++) response.write('x'.repeat(1000));
    },
    (_query, response) => response.destroy(),
  ];
  for (const [index, answer] of answers.entries()) {
    subscriber.confirm = answer;
    expect((await ask({ 'hub.callback': callback(`/${index}`) })).status).toBe(202);
    await eventually(() => subscriber.asked).toHaveLength(index + 1);
    await idle();
  }
  expect(await store.all()).toEqual([]);
  await publish();
  await idle();
  expect(subscriber.received).toEqual([]);
});

test('a new request changes a subscription only once it is confirmed; its end must be confirmed too', async () => {
  await subscribe({ 'hub.secret': 'old' });
  const confirm = subscriber.confirm;
  subscriber.confirm = (_query, response) => void response.writeHead(404).end();
  await ask({ 'hub.secret': 'new' });
  await ask({ 'hub.mode': 'unsubscribe' });
  await eventually(() => subscriber.asked).toHaveLength(3);
  await idle();
  expect((await store.all()).map(([, { secret }]) => secret)).toEqual(['old']);
  subscriber.confirm = confirm;
  await ask({ 'hub.secret': 'new' });
  await eventually(async () => (await store.all())[0]?.[1].secret).toBe('new');
  await ask({ 'hub.mode': 'unsubscribe' });
  await eventually(() => store.all()).toEqual([]);
  expect(subscriber.asked.at(-1)?.query.has('hub.lease_seconds')).toBe(false);
  // Nobody is called for what is not there.
  const calls = subscriber.asked.length;
  expect((await ask({ 'hub.mode': 'unsubscribe' })).status).toBe(202);
  await idle();
  expect(subscriber.asked).toHaveLength(calls);
});

test.each([
  [undefined, 10 * DAY_S],
  ['1', 3600],
  ['999999999', 30 * DAY_S],
])('a lease of %s seconds is granted as %i, and then the subscription ends', async (wanted, granted) => {
  await subscribe(wanted === undefined ? {} : { 'hub.lease_seconds': wanted });
  expect(subscriber.asked[0]?.query.get('hub.lease_seconds')).toBe(String(granted));
  api.advance((granted - 60) * 1000);
  await publish();
  await eventually(() => subscriber.received).toHaveLength(1);
  const [[id] = ['']] = await store.all();
  api.advance(61_000);
  expect(await store.get(id)).toBeUndefined();
  await publish();
  await idle();
  expect(subscriber.received).toHaveLength(1);
  expect(await redis.hlen('{ajil}:websub')).toBe(0);
  expect(await redis.zcard('{ajil}:websub:hosts')).toBe(0);
});

test('who fails is tried again with what the feed is then, and delays nobody; who is gone is forgotten', async () => {
  await subscribe({ 'hub.callback': callback('/fails') });
  await subscribe({ 'hub.callback': callback('/hangs') });
  await subscribe({ 'hub.callback': callback('/gone') });
  await subscribe({ 'hub.callback': callback('/good') });
  let isUp = false;
  subscriber.take = (path, response) => {
    if (path === '/hangs') return;
    response.writeHead(path === '/gone' ? 410 : path === '/fails' && !isUp ? 503 : 204).end();
  };
  const alert = await publish({ headline: 'النص الأول' });
  await eventually(() => subscriber.bodies('/good')).toHaveLength(1);
  await eventually(() => subscriber.bodies('/fails')).toHaveLength(1);
  await eventually(async () => (await store.all()).length).toBe(3);
  await change(alert, { change: 'correction', headline: 'النص المصحح', note: 'خطأ' });
  await eventually(() => subscriber.bodies('/good')).toHaveLength(2);
  await eventually(() => subscriber.bodies('/fails')).toHaveLength(2);
  isUp = true;
  const fails = subscriptionId({ topic: FEED, callback: callback('/fails') });
  const { headers } = await api.call('GET', '/feeds/world.rss');
  await eventually(async () => {
    await hurry();
    return (await store.sent(fails))?.hash;
  }).toBe(headers.get('etag'));
  expect(subscriber.bodies('/fails').at(-1)).toContain('النص المصحح');
  expect((await store.failing()).has(fails)).toBe(false);
  // Its other jobs find that it has everything.
  const told = subscriber.bodies('/fails').length;
  await hurry();
  expect(subscriber.bodies('/fails')).toHaveLength(told);
});

test('a feed whose topic was deleted ends its subscriptions, and says so', async () => {
  await subscribe();
  await api.call('DELETE', '/v1/topics/world', { key: api.keys.admin });
  await announce(
    (await api.call('GET', '/v1/alerts', { key: api.keys.author })).body.alerts[0] ?? (await before()),
  );
  await eventually(() => subscriber.asked.at(-1)?.query.get('hub.mode')).toBe('denied');
  expect(subscriber.asked.at(-1)?.query.get('hub.topic')).toBe(FEED);
  await eventually(() => store.all()).toEqual([]);
  expect((await ask({})).status).toBe(422);
});

/** An alert of a topic that is deleted now. */
async function before(): Promise<EditorAlert> {
  await api.call('PUT', '/v1/topics/world', {
    key: api.keys.admin,
    body: { names: { ar: 'العالم' }, order: 1, default: true },
  });
  const { body } = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
  await api.call('DELETE', '/v1/topics/world', { key: api.keys.admin });
  return body as EditorAlert;
}

test('what is wrong is refused and named, and nobody is called', async () => {
  for (const [name, value] of [
    ['hub.topic', 'http://ajil.test/feeds/none.rss'],
    ['hub.topic', 'http://ajil.test/feeds/world.rss?lang=ar-EG'],
    ['hub.topic', 'http://ajil.test/feeds/world.rss?utm_source=x'],
    ['hub.topic', 'https://other.example/feeds/world.rss'],
    ['hub.topic', 'http://ajil.test/feeds/../feeds/world.rss'],
    ['hub.callback', 'https://127.0.0.1/cb'],
    ['hub.callback', 'https://[::1]/cb'],
    ['hub.callback', 'https://169.254.169.254/latest'],
    ['hub.callback', 'http://subscriber.example/cb'],
    ['hub.callback', 'https://user:password@subscriber.example/cb'],
    ['hub.callback', 'nothing'],
    ['hub.mode', 'publish'],
    ['hub.secret', 'س'.repeat(100)],
    ['hub.lease_seconds', '-1'],
  ] as const) {
    const { status, body } = await ask({ [name]: value });
    expect([value, status, body.errors?.[0]?.pointer]).toEqual([value, 422, `/${name}`]);
  }
  await idle();
  expect(subscriber.asked).toEqual([]);
});

test('a stranger can make the hub call neither often nor at length', async () => {
  subscriber.confirm = (_query, response) => void response.writeHead(404).end();
  const statuses: number[] = [];
  for (let count = 0; count < 32; count++) {
    statuses.push((await ask({ 'hub.callback': callback(`/${count}`) })).status);
  }
  expect(statuses.filter((status) => status === 202)).toHaveLength(30);
  expect(statuses.slice(30)).toEqual([429, 429]);
  await idle();
  expect(subscriber.asked).toHaveLength(30);
  const other = await api.call('POST', '/websub', { body: { 'hub.mode': 'subscribe' } });
  expect(other.status).toBe(415);
  const large = await ask({ 'hub.secret': 'x'.repeat(20_000) });
  expect(large.status).toBe(413);
});

test('the hub takes a bounded number of one host', async () => {
  const endsAtMs = api.deps.now() + DAY_S * 1000;
  const of = (host: string, count: number) =>
    store.put({ topic: FEED, callback: `https://${host}/${count}`, secret: null, endsAtMs });
  for (let count = 0; count < 100; count++) expect(await of('one.example', count)).toBeUndefined();
  expect(await of('one.example', 100)).toBe('full');
  expect(await of('one.example', 5)).toBeUndefined();
  expect(await of('one.example.org', 1)).toBeUndefined();
});
