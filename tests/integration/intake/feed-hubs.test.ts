import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';

const DAY_S = 24 * 3600;

interface Asked {
  readonly mode: string;
  readonly topic: string;
  readonly callback: string;
  readonly secret: string | undefined;
  readonly leaseSeconds: string | undefined;
}

interface Sent {
  readonly body?: string;
  readonly method?: string;
  readonly signature?: string;
}

/** A site with a feed, and a hub that is written from the specification (https://www.w3.org/TR/websub/). */
async function startSite() {
  const asked: Asked[] = [];
  const site = {
    origin: '',
    asked,
    looks: 0,
    items: [] as object[],
    /** The feed's headers beside its type; by default its links are in the document. */
    headers: {} as Record<string, string>,
    hubInDocument: true,
    leaseSeconds: DAY_S,
    /** What the hub does with a request; by default it takes it, and verifies at once. */
    take: (request: Asked, response: ServerResponse): void => {
      response.writeHead(202).end();
      site.verify(request).catch(() => undefined);
    },
    feed: (): string =>
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 't',
        ...(site.hubInDocument
          ? {
              feed_url: `${site.origin}/feed`,
              hubs: [{ type: 'WebSub', url: `${site.origin}/hub` }],
            }
          : {}),
        items: site.items,
      }),
    verify: async (
      { mode, topic, callback }: Pick<Asked, 'mode' | 'topic' | 'callback'>,
      changed: Record<string, string> = {},
    ): Promise<{ status: number; isRepeated: boolean; response: Response }> => {
      const challenge = `challenge-${Math.random()}`;
      const url = new URL(callback);
      const parameters = {
        'hub.mode': mode,
        'hub.topic': topic,
        'hub.challenge': challenge,
        ...(mode === 'subscribe' ? { 'hub.lease_seconds': String(site.leaseSeconds) } : {}),
        ...changed,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
      const response = await fetch(url);
      return { status: response.status, isRepeated: (await response.text()) === challenge, response };
    },
    /** Sends the feed, as section 7 says. */
    distribute: ({ callback, secret = '' }: Asked, sent: Sent = {}): Promise<Response> => {
      const { body = site.feed(), method = 'sha256' } = sent;
      const made = `${method}=${createHmac(method, secret).update(body).digest('hex')}`;
      return fetch(callback, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/feed+json',
          'X-Hub-Signature': sent.signature ?? made,
        },
        body,
      });
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'GET') {
      site.looks += 1;
      return response
        .writeHead(200, { 'Content-Type': 'application/feed+json', ...site.headers })
        .end(site.feed());
    }
    let form = '';
    request.setEncoding('utf8').on('data', (part: string) => (form += part));
    request.on('end', () => {
      const fields = new URLSearchParams(form);
      const one: Asked = {
        mode: fields.get('hub.mode') ?? '',
        topic: fields.get('hub.topic') ?? '',
        callback: fields.get('hub.callback') ?? '',
        secret: fields.get('hub.secret') ?? undefined,
        leaseSeconds: fields.get('hub.lease_seconds') ?? undefined,
      };
      asked.push(one);
      site.take(one, response);
    });
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return site;
}

let site: Awaited<ReturnType<typeof startSite>>;
let api: TestApi;

beforeEach(async () => {
  site = await startSite();
  // Where hubs call back is where it listens.
  const [port = 0] = await freePorts(1);
  api = await startTestApi({ port, config: { webhookAllowedOrigins: [site.origin] } });
  await put();
});
afterEach(async () => {
  await api.close();
  await site.close();
});

const put = (fields: object = {}): Promise<Answer> =>
  api.call('PUT', '/v1/sources/wire', {
    key: api.keys.admin,
    body: { type: 'feed', url: `${site.origin}/feed`, mark: null, topics: { default: 'world' }, ...fields },
  });
async function look(seconds = 60): Promise<void> {
  api.advance(seconds * 1000);
  await api.feedLooks.lookAtDue();
}

let serial = 0;
const anItem = (title?: string): object => {
  serial += 1;
  const date_published = new Date(api.deps.now() - 60_000).toISOString();
  return {
    id: `item-${serial}`,
    title: title ?? `خبر من الوكالة ${serial}`,
    date_published,
    content_text: 'نص',
  };
};
const headlines = async (): Promise<string[]> => {
  const { body } = await api.call('GET', '/v1/alerts?limit=100', { key: api.keys.author });
  return (body.alerts as { headline: string }[]).map(({ headline }) => headline);
};
const hubOf = async () => {
  const { body } = await api.call('GET', '/v1/sources', { key: api.keys.admin });
  return body.sources[0].state.feed.hub;
};
/** The first look, after which the hub has agreed. */
async function subscribed(): Promise<Asked> {
  await look();
  const [asked] = site.asked;
  if (asked === undefined) throw new Error('the hub was not asked');
  await expect.poll(async () => (await hubOf()).until).not.toBeNull();
  return asked;
}

test('the first look finds the hub and subscribes, by a callback that nobody can guess; what the hub sends makes drafts at once', async () => {
  const asked = await subscribed();
  expect(asked).toMatchObject({ mode: 'subscribe', topic: `${site.origin}/feed`, leaseSeconds: '864000' });
  expect(asked.callback).toMatch(/\/v1\/intake\/wire\/hub\/[\w-]{43}$/);
  expect(asked.secret).toMatch(/^[\w-]{43}$/);
  expect(await hubOf()).toMatchObject({ url: `${site.origin}/hub`, fault: null });
  site.items = [anItem('زلزال يضرب الساحل')];
  expect((await site.distribute(asked)).status).toBe(202);
  expect(await headlines()).toEqual(['زلزال يضرب الساحل']);
  expect(site.looks).toBe(1);
  // The look that comes later finds nothing new.
  await look(3600);
  expect(await headlines()).toHaveLength(1);
});

test('links in the headers count before those in the document, and may be relative', async () => {
  site.headers = { Link: '</hub?of=headers>; rel="hub", </named>; type="x"; rel=self' };
  await look();
  expect(site.asked[0]).toMatchObject({ topic: `${site.origin}/named` });
  expect((await hubOf()).url).toBe(`${site.origin}/hub?of=headers`);
});

test('what stood in the feed at the first look is no news when the hub sends it', async () => {
  site.items = [anItem('قديم')];
  const asked = await subscribed();
  await site.distribute(asked);
  expect(await headlines()).toEqual([]);
});

test.each(['sha1', 'sha256', 'sha384', 'sha512'])('a signature by %s counts', async (method) => {
  const asked = await subscribed();
  site.items = [anItem()];
  await site.distribute(asked, { method });
  expect(await headlines()).toHaveLength(1);
});

test('what is not signed by the hub is answered 202 and ignored', async () => {
  const asked = await subscribed();
  site.items = [anItem()];
  const right = createHmac('sha256', asked.secret ?? '')
    .update(site.feed())
    .digest('hex');
  for (const signature of [
    '',
    'sha256=',
    `sha256=${'0'.repeat(64)}`,
    `md5=${right}`,
    right,
    `sha1=${right}`,
  ]) {
    expect((await site.distribute(asked, { signature })).status).toBe(202);
  }
  expect((await site.distribute({ ...asked, secret: 'another' })).status).toBe(202);
  expect(await headlines()).toEqual([]);
});

test('nobody who does not know the callback confirms, denies or sends', async () => {
  const asked = await subscribed();
  const guessed = { ...asked, callback: asked.callback.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')) };
  expect(await site.verify(guessed)).toMatchObject({ status: 404, isRepeated: false });
  expect((await site.distribute(guessed)).status).toBe(404);
  expect(
    (await site.distribute({ ...asked, callback: asked.callback.replace('/wire/', '/other/') })).status,
  ).toBe(404);
  // Nor for another feed, nor to leave what we want.
  expect(await site.verify({ ...asked, topic: `${site.origin}/other` })).toMatchObject({ status: 404 });
  expect(await site.verify({ ...asked, mode: 'unsubscribe' })).toMatchObject({ status: 404 });
});

test('the challenge is answered as plain text, and no script in it runs', async () => {
  const asked = await subscribed();
  const { response } = await site.verify(asked, { 'hub.challenge': '<script>alert(1)</script>' });
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test('while the hub sends, we look ten times less often; what it did not send brings us back', async () => {
  const asked = await subscribed();
  await look(60);
  expect(site.looks).toBe(2);
  await look(300);
  expect(site.looks).toBe(2);
  site.items = [anItem()];
  await look(300);
  expect([site.looks, (await headlines()).length]).toEqual([3, 1]);
  // The hub was silent, so it is not relied on until it sends again.
  await look(60);
  expect(site.looks).toBe(4);
  await site.distribute(asked);
  await look(60);
  await look(60);
  expect(site.looks).toBe(5);
});

test('the lease is renewed before it ends, with the same callback and secret', async () => {
  const first = await subscribed();
  await look(0.6 * DAY_S);
  expect(site.asked).toHaveLength(1);
  await look(0.2 * DAY_S);
  await expect.poll(() => site.asked.length).toBe(2);
  expect(site.asked[1]).toEqual(first);
  await expect
    .poll(async () => Date.parse((await hubOf()).until) - api.deps.now())
    .toBeGreaterThan(0.9 * DAY_S * 1000);
});

test('a hub that does not verify is asked again, ever less often, and we go on looking', async () => {
  site.take = (_request, response) => response.writeHead(202).end();
  await look();
  for (let minutes = 0; minutes < 60; minutes++) await look(60);
  expect(site.asked).toHaveLength(3);
  expect(site.looks).toBe(61);
  expect((await hubOf()).until).toBeNull();
});

test('a hub that refuses or denies is told at the desk, and we go on looking', async () => {
  site.take = (_request, response) => response.writeHead(403).end();
  await look();
  expect(await hubOf()).toMatchObject({ until: null, fault: 'it answered 403' });
  const [asked] = site.asked;
  if (asked === undefined) throw new Error('the hub was not asked');
  await site.verify(asked);
  expect((await hubOf()).until).not.toBeNull();
  const denied = await site.verify(asked, { 'hub.mode': 'denied', 'hub.reason': 'no more' });
  expect(denied.status).toBe(200);
  expect(await hubOf()).toMatchObject({ until: null, fault: 'it denied the subscription: no more' });
  await look(60);
  expect(site.looks).toBe(2);
});

test('a hub inside the network is never called', async () => {
  site.headers = { Link: '<http://169.254.169.254/hub>; rel=hub, <https://x.example/feed>; rel=self' };
  await look();
  expect((await hubOf()).fault).toContain('https://');
  expect(site.asked).toEqual([]);
});

test('what cannot be taken in has us look at once', async () => {
  const asked = await subscribed();
  site.items = [anItem()];
  expect((await site.distribute(asked, { body: 'no feed at all' })).status).toBe(202);
  await look(1);
  expect([site.looks, (await headlines()).length]).toEqual([2, 1]);
});

test('a deleted source is unsubscribed, and the hub’s last question is answered once it was asked', async () => {
  const asked = await subscribed();
  site.take = (_request, response) => response.writeHead(202).end();
  await api.call('DELETE', '/v1/sources/wire', { key: api.keys.admin });
  expect(site.asked.at(-1)).toMatchObject({
    mode: 'unsubscribe',
    callback: asked.callback,
    topic: asked.topic,
  });
  expect(await site.verify({ ...asked, mode: 'unsubscribe' })).toMatchObject({
    status: 200,
    isRepeated: true,
  });
  expect(await site.verify(asked)).toMatchObject({ status: 404 });
  expect((await site.distribute(asked)).status).toBe(404);
  expect(await api.deps.redis.exists(keys.feed('wire'))).toBe(0);
});

test('another address, another hub, or none: the old one is left', async () => {
  const first = await subscribed();
  site.hubInDocument = false;
  await look(600);
  expect(site.asked.map(({ mode }) => mode)).toEqual(['subscribe', 'unsubscribe']);
  expect(await hubOf()).toBeNull();
  site.hubInDocument = true;
  await look(600);
  expect(site.asked[2]?.callback).not.toBe(first.callback);
  await put({ url: `${site.origin}/feed?other` });
  expect(site.asked.map(({ mode }) => mode)).toEqual([
    'subscribe',
    'unsubscribe',
    'subscribe',
    'unsubscribe',
  ]);
});

test('of contents that come at once, each item makes one alert', async () => {
  const asked = await subscribed();
  site.items = [anItem(), anItem()];
  await Promise.all(Array.from({ length: 6 }, () => site.distribute(asked)));
  expect(await headlines()).toHaveLength(2);
});

test('only a look says what is no news: before it, what a hub sends counts for nothing', async () => {
  site.items = [anItem()];
  expect(await api.feedLooks.takeContent('wire', Buffer.from(site.feed()))).toBe('looking');
  site.items = [...site.items, anItem()];
  await look();
  expect(await headlines()).toEqual([]);
});
