import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, aSubscription, startTestApi, type TestApi } from '../../support/api.ts';

const SITE = 'https://news.example';
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({
    config: {
      publicUrl: 'http://ajil.test',
      allowedOrigins: [SITE],
      requireApproval: false,
    },
  });
});
afterAll(() => api.close());

const subscribe = (subscription: object, fields: object = {}) =>
  api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['world'], ...fields } });
const proof = (auth: string) => ({ headers: { Authorization: `Subscription ${auth}` } });

test('a browser subscribes, comes again, and another with the same endpoint is refused', async () => {
  const subscription = aSubscription();
  const created = await subscribe(subscription, { lang: 'ar', urgency: 'urgent' });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    topics: ['world'],
    lang: 'ar',
    urgency: 'urgent',
    vapidKeyChanged: false,
  });
  expect(created.headers.get('location')).toBe(`/v1/subscriptions/${created.body.id}`);
  const again = await subscribe(subscription, { topics: ['politics'] });
  expect([again.status, again.body.topics]).toEqual([200, ['politics']]);
  expect((await subscribe(aSubscription(subscription.endpoint))).status).toBe(409);
});

test('preferences are read, changed and erased only by who shows the auth key', async () => {
  const subscription = aSubscription();
  const { body } = await subscribe(subscription);
  const path = `/v1/subscriptions/${body.id}`;
  const mine = proof(subscription.keys.auth);
  expect((await api.call('GET', path)).status).toBe(401);
  expect((await api.call('GET', path)).headers.get('www-authenticate')).toContain('Subscription');
  expect((await api.call('GET', path, proof('short'))).status).toBe(401);
  expect((await api.call('GET', path, proof(randomBytes(16).toString('base64url')))).status).toBe(403);
  expect((await api.call('GET', path, mine)).body.id).toBe(body.id);
  const patched = await api.call('PATCH', path, { ...mine, body: { topics: ['ukraine'] } });
  expect([patched.status, patched.body.topics]).toEqual([200, ['ukraine']]);
  const wrong = await api.call('PATCH', path, { ...mine, body: { topics: ['nowhere'], colour: 1 } });
  expect(wrong.body.errors[0].pointer).toBe('/colour');
  const made = await api.call('PATCH', path, { ...mine, body: { lang: 'qwert' } });
  expect([made.status, made.body.errors[0].pointer]).toEqual([422, '/lang']);
  expect((await api.call('DELETE', path, mine)).status).toBe(204);
  expect((await api.call('GET', path, mine)).status).toBe(404);
});

test.each([
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://fcm.googleapis.com.evil.example/',
  'http://fcm.googleapis.com/fcm/send/1',
  'https://user:pass@fcm.googleapis.com/fcm/send/1',
  'https://fcm.googleapis.com:8443/fcm/send/1',
  'nonsense',
])('the endpoint %s is refused, and not repeated', async (endpoint) => {
  const { status, body } = await subscribe(aSubscription(endpoint));
  expect([status, body.type]).toEqual([422, 'http://ajil.test/problems/endpoint-not-allowed']);
  expect(body.errors[0].pointer).toBe('/subscription/endpoint');
  expect(JSON.stringify(body)).not.toContain(endpoint);
});

test('keys of the wrong size, or off the curve, are refused', async () => {
  const subscription = aSubscription();
  const keysOf = (keys: object) => subscribe({ ...subscription, keys: { ...subscription.keys, ...keys } });
  expect((await keysOf({ auth: 'AAAA' })).body.errors[0].pointer).toBe('/subscription/keys/auth');
  const offCurve = Buffer.alloc(65).toString('base64url');
  expect((await keysOf({ p256dh: offCurve })).body.errors[0].pointer).toBe('/subscription/keys/p256dh');
});

test('keys are taken in both alphabets of base64, and are the same subscription then', async () => {
  const { endpoint, keys } = aSubscription(undefined, Buffer.alloc(16, 0xfb).toString('base64url'));
  const plain = (text: string): string => Buffer.from(text, 'base64url').toString('base64');
  const standard = { p256dh: plain(keys.p256dh), auth: plain(keys.auth) };
  expect(standard.auth).toMatch(/[+/].*==$/);
  const created = await subscribe({ endpoint, keys: standard });
  expect(created.status).toBe(201);
  expect((await subscribe({ endpoint, keys })).status).toBe(200);
  const path = `/v1/subscriptions/${created.body.id}`;
  for (const auth of [keys.auth, `${keys.auth}==`, standard.auth]) {
    expect((await api.call('GET', path, proof(auth))).status).toBe(200);
  }
  expect((await subscribe({ endpoint, keys: { ...keys, auth: `${keys.auth.slice(0, -1)}x` } })).status).toBe(
    422,
  );
});

test('a patch of nested preferences is merged, and what it leaves unfinished is named', async () => {
  const subscription = aSubscription();
  const quietHours = { start: '22:00', end: '06:00', timeZone: 'Asia/Riyadh' };
  const { body } = await subscribe(subscription, { quietHours });
  const patch = (change: object) =>
    api.call('PATCH', `/v1/subscriptions/${body.id}`, { ...proof(subscription.keys.auth), body: change });
  expect((await patch({ quietHours: { end: '07:00' } })).body.quietHours).toEqual({
    ...quietHours,
    end: '07:00',
  });
  expect((await patch({ urgency: null })).body.urgency).toBe('normal');
  expect((await patch({ quietHours: null })).body.quietHours).toBeUndefined();
  const unfinished = await patch({ quietHours: { end: '07:00' } });
  expect([
    unfinished.status,
    unfinished.body.errors.map(({ pointer }: { pointer: string }) => pointer),
  ]).toEqual([422, ['/quietHours/start', '/quietHours/timeZone']]);
});

test('a reader of a variety of Arabic is a reader of Arabic', async () => {
  expect((await subscribe(aSubscription(), { lang: 'arz-EG' })).body.lang).toBe('ar-EG');
  expect((await subscribe(aSubscription(), { lang: 'qqq' })).body.errors[0].pointer).toBe('/lang');
});

test('a receipt is taken as JSON and as a beacon; a foreign token is refused', async () => {
  const { body } = await api.call('POST', '/v1/alerts', { body: anAlert(), key: api.keys.author });
  const receipt = { alertId: body.id, version: 1, event: 'shown', token: 'good' };
  const send = (fields: object, type: string) =>
    api.call('POST', '/v1/receipts', {
      body: JSON.stringify({ ...receipt, ...fields }),
      headers: { 'Content-Type': type },
    });
  expect((await send({}, 'application/json')).status).toBe(204);
  expect((await send({}, 'text/plain;charset=UTF-8')).status).toBe(204);
  expect((await send({ token: 'bad' }, 'text/plain')).status).toBe(403);
  const busy = await send({ token: 'busy' }, 'text/plain');
  expect([busy.status, busy.headers.get('retry-after'), busy.body.title]).toEqual([
    503,
    '30',
    expect.any(String),
  ]);
  // Refusing thousands a second must cost little: Express is not asked.
  expect([busy.headers.get('x-request-id'), busy.body.instance]).toEqual([
    null,
    expect.stringMatching(/^urn:uuid:/),
  ]);
  expect((await send({ event: 'seen' }, 'text/plain')).status).toBe(422);
  expect((await send({}, 'application/xml')).status).toBe(415);
  const site = await api.call('POST', '/v1/receipts', { body: receipt, headers: { Origin: SITE } });
  expect([site.status, site.headers.get('access-control-allow-origin')]).toEqual([204, SITE]);
  for (const damaged of ['{', '"x"', '']) {
    const refused = await api.call('POST', '/v1/receipts', { body: damaged });
    expect([damaged, [400, 422].includes(refused.status)]).toEqual([damaged, true]);
    expect(refused.body.instance).toMatch(/^urn:uuid:[\da-f-]{36}$/);
  }
  expect(await api.deps.metrics.getSingleMetric('ajil_receipts_total')?.get()).toMatchObject({
    values: expect.arrayContaining([expect.objectContaining({ labels: { result: 'recorded' }, value: 3 })]),
  });
});

test('the list and the live line read a filter alike: spaces pass, what is wrong is named', async () => {
  expect((await api.call('GET', '/v1/alerts?topics=world,%20ukraine')).status).toBe(200);
  const many = Array.from({ length: 50 }, (_, n) => `t${n}`).join();
  expect((await api.call('GET', `/v1/alerts?topics=${many}`)).status).toBe(200);
  const wrong = await api.call('GET', '/v1/alerts?topics=World&lang=en_US');
  expect(wrong.status).toBe(400);
  expect(JSON.stringify(wrong.body.errors)).toMatch(/World.*write en-US/);
});

test('the config has what a page needs to start', async () => {
  const { body, headers } = await api.call('GET', '/v1/config');
  expect(body).toMatchObject({
    vapidPublicKey: 'public',
    languages: ['ar', 'en'],
    pushMessageLimitBytes: 2600,
    linkSites: expect.arrayContaining(['http://ajil.test']),
  });
  expect(body.topics[0]).toMatchObject({ id: 'world', default: true });
  const etag = headers.get('etag') ?? '';
  expect((await api.call('GET', '/v1/config', { headers: { 'If-None-Match': etag } })).status).toBe(304);
});

test('an allowed site may make the readers’ calls from its pages; others and editors’ calls may not', async () => {
  const preflight = (path: string, origin: string) =>
    api.call('OPTIONS', path, { headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' } });
  const allowed = await preflight('/v1/subscriptions', SITE);
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, SITE]);
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  expect((await preflight('/v1/subscriptions/abc', SITE)).headers.get('access-control-allow-origin')).toBe(
    SITE,
  );
  for (const origin of ['https://news.example.evil.example', 'null', 'http://news.example']) {
    expect(
      (await preflight('/v1/subscriptions', origin)).headers.get('access-control-allow-origin'),
    ).toBeNull();
  }
  expect((await preflight('/v1/session', SITE)).headers.get('access-control-allow-origin')).toBeNull();
  const listed = await api.call('GET', '/v1/alerts', { headers: { Origin: SITE } });
  expect(listed.headers.get('access-control-allow-origin')).toBe(SITE);
  expect(listed.headers.get('vary')).toContain('Origin');
  // What is below these paths too: a reader's preferences, an alert.
  const below = await api.call('OPTIONS', '/v1/subscriptions/one', {
    headers: { Origin: SITE, 'Access-Control-Request-Method': 'PATCH' },
  });
  expect([below.status, below.headers.get('access-control-allow-methods')]).toEqual([
    204,
    'GET, POST, PUT, PATCH, DELETE',
  ]);
  const one = await api.call('GET', '/v1/alerts/01jf3zz1m0000000000000000a', { headers: { Origin: SITE } });
  expect([one.status, one.headers.get('access-control-allow-origin')]).toEqual([404, SITE]);
});

test('what an allowed site’s page may only read, it may only read', async () => {
  for (const path of ['/v1/alerts', '/v1/config', '/v1/live']) {
    const headers = { Origin: SITE, 'Access-Control-Request-Method': 'POST' };
    const preflight = await api.call('OPTIONS', path, { headers });
    expect([
      preflight.headers.get('access-control-allow-methods'),
      preflight.headers.get('access-control-allow-headers'),
    ]).toEqual(['GET, HEAD', 'If-None-Match, Last-Event-ID']);
  }
  const accept = { Accept: 'text/event-stream' };
  const line = (origin: string) => api.call('GET', '/v1/live', { headers: { ...accept, Origin: origin } });
  expect((await line(SITE)).headers.get('access-control-allow-origin')).toBe(SITE);
  expect((await line('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('the live line by plain GET is SSE, or a problem that names the upgrade', async () => {
  const sse = await api.call('GET', '/v1/live', { headers: { Accept: 'text/event-stream' } });
  expect([sse.status, sse.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const plain = await api.call('GET', '/v1/live');
  expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
  const closing = connect(Number(new URL(api.url).port), '127.0.0.1');
  closing.write('GET /v1/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(await text(closing)).toMatch(/^HTTP\/1.1 426 [^]*\r\nConnection: close, Upgrade\r\n/i);
});

test('subscriptions from one address are capped, and the answer says when to come again', async () => {
  const capped = await startTestApi({ limits: { subscriptions: { points: 2, seconds: 60 } } });
  try {
    const once = () =>
      capped.call('POST', '/v1/subscriptions', {
        body: { subscription: aSubscription(), topics: ['world'] },
      });
    expect((await once()).status).toBe(201);
    const second = await once();
    expect(second.headers.get('ratelimit')).toMatch(/^"subscriptions";r=0;t=\d+$/);
    expect(second.headers.get('ratelimit-policy')).toBe('"subscriptions";q=2;w=60');
    const third = await once();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    const names = await capped.deps.redis.keys('*limits*');
    expect(names.join()).not.toContain('127.0.0.1');
  } finally {
    await capped.close();
  }
});
