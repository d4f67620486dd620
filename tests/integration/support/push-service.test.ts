import { createPrivateKey, sign } from 'node:crypto';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { generateRequestDetails, generateVAPIDKeys, type RequestOptions } from 'web-push';
import {
  startPushService,
  type PushService,
  type PushServiceOptions,
} from '../../support/push-service/start.ts';
import type { SubscriptionJson } from '../../support/push-service/virtual.ts';

const vapid = generateVAPIDKeys();
const subject = 'mailto:desk@news.example';
const collapseKey = 'a'.repeat(32);

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options?: PushServiceOptions): Promise<PushService> {
  const service = await startPushService(options);
  closers.push(() => service.stop());
  return service;
}

interface Post {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A right request; `change` makes it wrong. */
function makePost(to: SubscriptionJson, options: RequestOptions = {}, payload = 'عاجل'): Post {
  const details = generateRequestDetails(to, payload, {
    vapidDetails: { subject, ...vapid },
    TTL: 60,
    topic: collapseKey,
    ...options,
  });
  const headers = Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { path: new URL(to.endpoint).pathname, headers: Object.fromEntries(headers), body: details.body };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function open(service: PushService): ClientHttp2Session {
  const session = connect(service.origin, { ca: service.ca });
  session.on('error', () => undefined);
  closers.push(() => session.destroy());
  return session;
}

function post(session: ClientHttp2Session, { path, headers, body }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
    let answer: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    let text = '';
    stream.on('response', (received) => (answer = received));
    stream.on('data', (part: Buffer) => (text += part.toString()));
    stream.on('end', () => {
      const status = answer[':status'];
      if (status !== undefined) resolve({ status, headers: answer, body: text });
    });
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('closed without an answer')));
    stream.end(body);
  });
}

function postHttp1(service: PushService, agent: Agent, { path, headers, body }: Post): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(service.origin + path, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test.each([{ child: false }, { child: true }])(
  'takes what npm web-push makes, and decrypts it ($child)',
  async (options) => {
    const service = await start(options);
    const subscription = await service.createSubscription({ applicationServerKey: vapid.publicKey });
    const session = open(service);
    for (const urgency of ['high', 'high', 'normal'] as const) {
      const topic = urgency === 'high' ? collapseKey : 'b'.repeat(32);
      expect((await post(session, makePost(subscription, { urgency, topic }))).status).toBe(201);
    }
    const received = await service.received(subscription.endpoint);
    expect(received.map(({ payload, urgency, ttl }) => [payload, urgency, ttl])).toEqual([
      ['عاجل', 'high', 60],
      ['عاجل', 'high', 60],
      ['عاجل', 'normal', 60],
    ]);
    expect(await service.counts([subscription.endpoint])).toEqual([{ posts: 3, collapsed: 2 }]);
    const totals = await service.totals();
    expect(totals).toMatchObject({ posts: 3, collapsed: 2, answers: { 201: 3 }, refusals: [] });
    expect(totals.connections).toEqual({ h1: 0, h2: 1 });
  },
);

test('speaks HTTP/1.1 to whom does not offer HTTP/2, and to all when told so', async () => {
  const service = await start();
  const subscription = await service.createSubscription();
  const agent = new Agent({ keepAlive: true, ca: service.ca });
  closers.push(() => agent.destroy());
  expect(await postHttp1(service, agent, makePost(subscription))).toBe(201);
  expect(await postHttp1(service, agent, makePost(subscription))).toBe(201);
  expect((await service.totals()).connections).toEqual({ h1: 1, h2: 0 });
  await service.setProtocols('h1');
  await expect(post(open(service), makePost(subscription))).rejects.toThrow();
});

test('a large audience is made and counted without keeping a body', async () => {
  const service = await start({ record: 'counts' });
  const subscriptions = await service.createSubscriptions(100_000);
  expect(new Set(subscriptions.map(({ endpoint }) => endpoint)).size).toBe(100_000);
  const session = open(service);
  const last = subscriptions.at(-1);
  if (last === undefined) throw new Error('no subscription');
  await post(session, makePost(last));
  await post(session, makePost(last));
  expect(await service.totals()).toMatchObject({ posts: 2, collapsed: 1 });
  expect(await service.arrivals()).toEqual([{ collapseKey, epochMs: [expect.any(Number)] }]);
  await expect(service.received(last.endpoint)).rejects.toThrow('counts()');
});

const otherKeys = generateVAPIDKeys();
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const without = (post: Post, name: string): Post => {
  const { [name]: _removed, ...headers } = post.headers;
  return { ...post, headers };
};
const withHeader = (post: Post, name: string, value: string): Post => ({
  ...post,
  headers: { ...post.headers, [name]: value },
});
const withBody = (post: Post, change: (body: Buffer) => Buffer): Post => {
  const body = change(Buffer.from(post.body));
  return withHeader({ ...post, body }, 'content-length', String(body.length));
};

/** A token with a genuine signature and other claims. */
function withClaims(to: SubscriptionJson, claims: Record<string, unknown>): Post {
  const point = Buffer.from(vapid.publicKey, 'base64url');
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  const key = createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', x, y, d: vapid.privateKey },
    format: 'jwk',
  });
  const right = { aud: new URL(to.endpoint).origin, exp: inSeconds(3600), sub: subject };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'ES256' })}.${part({ ...right, ...claims })}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  const value = `vapid t=${text}.${signature.toString('base64url')}, k=${vapid.publicKey}`;
  return withHeader(makePost(to), 'authorization', value);
}

test('a token of ours with the right claims is taken', async () => {
  const service = await start();
  const subscription = await service.createSubscription({ applicationServerKey: vapid.publicKey });
  expect((await post(open(service), withClaims(subscription, {}))).status).toBe(201);
});

test.each<[string, number, string, (to: SubscriptionJson) => Post]>([
  ['an unknown subscription', 404, 'Unknown', (to) => ({ ...makePost(to), path: '/push/nobody/0' })],
  ['no Authorization', 401, 'Missing', (to) => without(makePost(to), 'authorization')],
  ['another scheme', 403, 'Scheme', (to) => withHeader(makePost(to), 'authorization', 'Bearer x')],
  [
    'another VAPID key than the subscription has',
    403,
    'Mismatch',
    (to) => makePost(to, { vapidDetails: { subject, ...otherKeys } }),
  ],
  [
    'a signature that is not the key’s',
    403,
    'signature',
    (to) => {
      const right = makePost(to);
      const wrong = makePost(to, { vapidDetails: { subject, ...otherKeys } }).headers['authorization'] ?? '';
      return withHeader(right, 'authorization', wrong.replace(/k=.*/, `k=${vapid.publicKey}`));
    },
  ],
  ['a token for another origin', 403, 'aud', (to) => withClaims(to, { aud: 'https://fcm.googleapis.com' })],
  ['a token without aud', 403, 'aud', (to) => withClaims(to, { aud: undefined })],
  ['a token that has expired', 403, 'Expired', (to) => withClaims(to, { exp: inSeconds(-1) })],
  ['a token for too long', 403, '24 hours', (to) => withClaims(to, { exp: inSeconds(86_400 + 60) })],
  ['a sub in brackets', 403, 'sub', (to) => withClaims(to, { sub: 'mailto:<desk@news.example>' })],
  ['no sub', 403, 'sub', (to) => withClaims(to, { sub: undefined })],
  ['no TTL', 400, 'MissingTtl', (to) => without(makePost(to), 'ttl')],
  ['a TTL of 0', 400, 'BadTtl', (to) => withHeader(makePost(to), 'ttl', '0')],
  ['two TTLs', 400, 'BadTtl', (to) => withHeader(makePost(to), 'ttl', '60, 60')],
  ['two urgencies', 400, 'BadUrgency', (to) => withHeader(makePost(to), 'urgency', 'high, high')],
  ['an unknown urgency', 400, 'BadUrgency', (to) => withHeader(makePost(to), 'urgency', 'flash')],
  ['a topic of 33', 400, 'Topic', (to) => withHeader(makePost(to), 'topic', 'a'.repeat(33))],
  ['a topic Apple cannot decode', 400, 'Topic', (to) => withHeader(makePost(to), 'topic', 'a'.repeat(29))],
  ['a topic outside base64url', 400, 'Topic', (to) => withHeader(makePost(to), 'topic', 'a.b!')],
  ['the old encoding', 400, 'Encoding', (to) => withHeader(makePost(to), 'content-encoding', 'aesgcm')],
  ['a body above 4,096 bytes', 413, 'TooLarge', (to) => withBody(makePost(to), () => Buffer.alloc(5000))],
  ['no body', 400, 'too short', (to) => withBody(makePost(to), () => Buffer.alloc(0))],
  [
    'a key id that is no key',
    400,
    'key id',
    (to) => withBody(makePost(to), (body) => (body.writeUInt8(64, 20), body)),
  ],
  [
    'more than one record',
    400,
    'record',
    (to) => withBody(makePost(to), (body) => (body.writeUInt32BE(20, 16), body)),
  ],
])('refuses %s with %i %s', async (_what, status, reason, make) => {
  const service = await start();
  const subscription = await service.createSubscription({ applicationServerKey: vapid.publicKey });
  const answer = await post(open(service), make(subscription));
  expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(reason)]);
  expect((await service.totals()).refusals).toEqual([expect.stringContaining(reason)]);
  expect(await service.counts([subscription.endpoint])).toEqual([{ posts: 0, collapsed: 0 }]);
});

test('a fault meets the subscriptions it names, for the attempts it names', async () => {
  const service = await start();
  const [one, other] = await service.createSubscriptions(2);
  if (one === undefined || other === undefined) throw new Error('no subscriptions');
  await service.addFault({
    type: 'answer',
    status: 503,
    where: { endpoints: [one.endpoint] },
    firstAttempts: 2,
  });
  const session = open(service);
  const statuses = [];
  for (const to of [one, other, one, one]) statuses.push((await post(session, makePost(to))).status);
  expect(statuses).toEqual([503, 201, 503, 201]);
  const gone = await service.addFault({ type: 'answer', status: 410 });
  expect((await post(session, makePost(one))).status).toBe(410);
  await service.clearFaults(gone);
  expect((await post(session, makePost(one))).status).toBe(201);
});

test.each(['seconds', 'date'] as const)('throttles until the time it says (%s)', async (form) => {
  const service = await start();
  const subscription = await service.createSubscription();
  await service.addFault({ type: 'answer', status: 429, retryAfter: form, forMs: 1500 });
  const session = open(service);
  const answer = await post(session, makePost(subscription));
  expect(answer.status).toBe(429);
  const value = String(answer.headers['retry-after']);
  const waitMs = form === 'seconds' ? Number(value) * 1000 : Date.parse(value) - Date.now();
  expect(waitMs).toBeGreaterThan(1300);
  expect(waitMs).toBeLessThanOrEqual(4000);
  await expect
    .poll(async () => (await post(session, makePost(subscription))).status, { timeout: 5000, interval: 100 })
    .toBe(201);
});

test('a stall and a reset give no answer, whether the message was taken or not', async () => {
  const service = await start();
  const subscription = await service.createSubscription();
  const stall = await service.addFault({ type: 'stall', taken: true });
  const session = open(service);
  void post(session, makePost(subscription)).catch(() => undefined);
  await expect.poll(() => service.counts([subscription.endpoint])).toEqual([{ posts: 1, collapsed: 1 }]);
  await service.clearFaults(stall);
  await service.addFault({ type: 'reset', firstAttempts: 1 });
  await expect(post(session, makePost(subscription))).rejects.toThrow();
  expect(session.destroyed).toBe(true);
  expect((await post(open(service), makePost(subscription))).status).toBe(201);
  expect((await service.totals()).answers).toEqual({ 201: 1 });
});

test('latency delays the answer and nothing else', async () => {
  const service = await start();
  const subscription = await service.createSubscription();
  await service.addFault({ type: 'latency', ms: 300, firstAttempts: 1 });
  const session = open(service);
  const order: string[] = [];
  await Promise.all([
    post(session, makePost(subscription)).then(() => order.push('slow')),
    post(session, makePost(subscription)).then(() => order.push('quick')),
  ]);
  expect(order).toEqual(['quick', 'slow']);
});

test('GOAWAY mid-way: what was taken on is answered, what came later is not processed', async () => {
  const service = await start();
  const subscription = await service.createSubscription();
  await service.setGoAwayAfter(3);
  const session = open(service);
  const lastStream = new Promise<number | undefined>((done) => {
    session.on('goaway', (_code, lastStreamId) => done(lastStreamId));
  });
  const answers = await Promise.allSettled(
    Array.from({ length: 6 }, () => post(session, makePost(subscription))),
  );
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
  ]);
  expect(await lastStream).toBe(5);
  expect(await service.counts([subscription.endpoint])).toEqual([{ posts: 3, collapsed: 1 }]);
});

test('half a request, whose sender was killed, is nobody’s request', async () => {
  const service = await start();
  const subscription = await service.createSubscription();
  const { path, headers, body } = makePost(subscription);
  const socket = connectTls({
    port: Number(new URL(service.origin).port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  });
  const session = connect(service.origin, { createConnection: () => socket });
  session.on('error', () => undefined);
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
  stream.on('error', () => undefined);
  await new Promise((written) => stream.write(body.subarray(0, 99), written));
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  await post(open(service), makePost(subscription));
  await expect.poll(async () => (await service.totals()).requests).toBe(1);
  expect((await service.totals()).refusals).toEqual([]);
});
