import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Job, Queue, type Worker } from 'bullmq';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { readHash } from '../../../src/editors/audited-hash.ts';
import { createAttemptLog } from '../../../src/outlets/attempts.ts';
import { eventOf } from '../../../src/outlets/teller.ts';
import { openOutletQueue, OUTLET_QUEUE, type OutletQueue } from '../../../src/outlets/queue.ts';
import { createTelling } from '../../../src/outlets/telling.ts';
import { createEndedWebhooks } from '../../../src/outlets/webhooks/ended.ts';
import { createPost } from '../../../src/outlets/webhooks/post.ts';
import { webhookSchema } from '../../../src/outlets/webhooks/schema.ts';
import { createWebhooks } from '../../../src/outlets/webhooks/webhooks.ts';
import { connectRedis, closeRedis, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openOutletWorker } from '../../../workers/outlets.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Somebody else's server. */
async function startReceiver(): Promise<{
  origin: string;
  received: Received[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
      receiver.answer(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let api: TestApi;
let redis: Redis;
let queue: OutletQueue;
let worker: Worker;
let ending: AbortController;

beforeEach(async () => {
  receiver = await startReceiver();
  ending = new AbortController();
  const allowedOrigins = [receiver.origin];
  api = await startTestApi({ config: { webhookAllowedOrigins: allowedOrigins } });
  const { alerts, now, logger, metrics } = api.deps;
  redis = connectRedis(api.redis.url, 'worker', logger);
  const tellers = [
    createWebhooks({
      webhooks: readHash({ redis, key: keys.webhooks, schema: webhookSchema }),
      ended: createEndedWebhooks(redis),
      post: createPost(allowedOrigins, ending.signal),
      allowedOrigins,
      publicUrl: 'http://ajil.test',
      now,
    }),
  ];
  queue = openOutletQueue(redis, tellers);
  const telling = createTelling({ alerts, tellers, attempts: createAttemptLog(redis), metrics, logger, now });
  worker = openOutletWorker({ redis, telling });
});
afterEach(async () => {
  ending.abort();
  await worker.close();
  await queue.close();
  await closeRedis(redis);
  await api.close();
  await receiver.close();
});

const admin = (method: string, path: string, body?: unknown) =>
  api.call(method, `/v1/webhooks${path}`, { key: api.keys.admin, ...(body === undefined ? {} : { body }) });
async function addWebhook(fields: object = {}): Promise<{ id: string; secret: string }> {
  const { status, body } = await admin('POST', '', { url: `${receiver.origin}/hook`, ...fields });
  expect(status).toBe(201);
  return body;
}
async function publish(headline: string): Promise<EditorAlert> {
  const { body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ headline }),
  });
  return body as EditorAlert;
}
/** Jobs that wait for their next attempt come now. */
async function hurry(): Promise<void> {
  const jobs = await redis.zrange(`{ajil}:${OUTLET_QUEUE}:delayed`, '0', '-1');
  for (const id of jobs) {
    const open = new Queue(OUTLET_QUEUE, { connection: redis, prefix: '{ajil}' });
    await (await Job.fromId(open, id))?.promote();
    await open.close();
  }
}
const attemptsOf = async (id: string) =>
  (await admin('GET', `/${id}/attempts`)).body.attempts as {
    outcome: string;
    status: number | null;
    attempt: number;
    eventId: string;
  }[];

test('a webhook is told once of each version, signed, with the alert as readers see it', async () => {
  const { id, secret } = await addWebhook();
  const alert = await publish('خبر يُبلَّغ');
  await queue.announce(eventOf(alert));
  await queue.announce(eventOf(alert));
  await expect.poll(() => attemptsOf(id)).toHaveLength(1);
  await queue.announce(eventOf(alert));
  const [message] = receiver.received;
  const read = new Verifier(secret).verify(message?.body ?? '', message?.headers ?? {}) as {
    type: string;
    data: { alert: Record<string, unknown> };
  };
  expect(read).toMatchObject({
    type: 'alert.published',
    data: { alert: { id: alert.id, headline: 'خبر يُبلَّغ' }, page: `http://ajil.test/a/${alert.id}` },
  });
  for (const name of ['author', 'createdBy', 'approvedBy', 'review']) {
    expect(read.data.alert).not.toHaveProperty(name);
  }
  const retraction = await api.call('POST', `/v1/alerts/${alert.id}/versions`, {
    key: api.keys.author,
    body: { change: 'retraction' },
  });
  await queue.announce(eventOf(retraction.body as EditorAlert));
  await expect.poll(() => receiver.received).toHaveLength(2);
  expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({ type: 'alert.retracted' });
});

test('what fails is tried again, as the same event, and each attempt is in the log', async () => {
  receiver.answer = (_request, response) =>
    void response.writeHead(receiver.received.length < 3 ? 500 : 200).end();
  const { id } = await addWebhook();
  await queue.announce(eventOf(await publish('خبر يتعثر')));
  await expect.poll(() => attemptsOf(id)).toHaveLength(1);
  await hurry();
  await expect.poll(() => attemptsOf(id)).toHaveLength(2);
  await hurry();
  await expect.poll(() => attemptsOf(id)).toHaveLength(3);
  expect((await attemptsOf(id)).map(({ attempt, outcome, status }) => [attempt, outcome, status])).toEqual([
    [3, 'told', 200],
    [2, 'again', 500],
    [1, 'again', 500],
  ]);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('Retry-After puts the next attempt off; 410 ends it, until an admin switches it on again', async () => {
  receiver.answer = (_request, response) => void response.writeHead(429, { 'Retry-After': '7200' }).end();
  const { id } = await addWebhook();
  const alert = await publish('خبر يؤجَّل');
  await queue.announce(eventOf(alert));
  await expect.poll(() => redis.zcard(`{ajil}:${OUTLET_QUEUE}:delayed`)).toBe(1);
  const [, score] = await redis.zrange(`{ajil}:${OUTLET_QUEUE}:delayed`, '0', '0', 'WITHSCORES');
  // BullMQ keeps the time in the upper bits.
  expect(Number(score) / 0x1000 - Date.now()).toBeGreaterThan(7_000_000);
  receiver.answer = (_request, response) => void response.writeHead(410).end();
  await hurry();
  await expect.poll(async () => (await admin('GET', '')).body.webhooks[0].endedBecause).toContain('410');
  await queue.announce(eventOf(await publish('خبر لا يُبلَّغ')));
  expect(await attemptsOf(id)).toHaveLength(2);
  await admin('PATCH', `/${id}`, { enabled: true });
  expect((await admin('GET', '')).body.webhooks[0].endedBecause).toBeNull();
});

test('a receiver that hangs, redirects or is no longer there delays nobody', async () => {
  receiver.answer = (request, response) => {
    if (request.url === '/hangs') return;
    if (request.url === '/elsewhere') response.writeHead(302, { Location: `${receiver.origin}/hook` }).end();
    else response.writeHead(204).end();
  };
  await addWebhook({ url: `${receiver.origin}/hangs` });
  const { id: elsewhere } = await addWebhook({ url: `${receiver.origin}/elsewhere` });
  const { id: good } = await addWebhook();
  await queue.announce(eventOf(await publish('خبر لا ينتظر')));
  await expect.poll(() => attemptsOf(good)).toHaveLength(1);
  await expect.poll(() => attemptsOf(elsewhere)).toHaveLength(1);
  expect(await attemptsOf(elsewhere)).toMatchObject([{ outcome: 'again', status: 302 }]);
  expect(receiver.received.filter(({ path }) => path === '/hook')).toHaveLength(1);
});

test('only admins may, the secret is shown once, and private addresses are refused', async () => {
  const author = await api.call('GET', '/v1/webhooks', { key: api.keys.approver });
  expect(author.status).toBe(403);
  const { id, secret } = await addWebhook();
  expect(JSON.stringify((await admin('GET', '')).body)).not.toContain(secret);
  const rotated = await admin('PATCH', `/${id}`, { newSecret: true });
  expect(rotated.body.secret).not.toBe(secret);
  const tested = await admin('POST', `/${id}/test`);
  expect(tested.body).toMatchObject({ status: 204, reason: null });
  const [message] = receiver.received;
  for (const one of [secret, rotated.body.secret]) {
    expect(new Verifier(one).verify(message?.body ?? '', message?.headers ?? {})).toMatchObject({
      type: 'webhook.test',
    });
  }
  for (const url of ['https://127.0.0.1/hook', 'https://10.0.0.1/', 'http://news.example/hook', 'nothing']) {
    const refused = await admin('POST', '', { url });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/url']);
  }
  expect((await admin('DELETE', `/${id}`)).status).toBe(204);
  expect((await admin('GET', `/${id}/attempts`)).status).toBe(404);
  const entries = (await api.deps.redis.xrange('{ajil}:audit', '-', '+')).flatMap(([, fields]) => fields);
  expect(entries.join()).not.toContain('whsec_');
  expect(entries.filter((field) => field.includes('webhook.'))).toHaveLength(3);
});

test('an event is told again by hand', async () => {
  const { id } = await addWebhook();
  const alert = await publish('خبر يعاد');
  expect((await admin('POST', `/${id}/replay`, { eventId: `${alert.id}-1` })).status).toBe(202);
  expect(api.retold).toMatchObject([
    { outlet: 'webhook', receiver: id, event: { alertId: alert.id, version: 1 } },
  ]);
  const draft = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ draft: true }),
  });
  const refused = await admin('POST', `/${id}/replay`, { eventId: `${draft.body.id}-1` });
  expect(refused.status).toBe(422);
  await queue.tellAgain(api.retold[0]!);
  await queue.tellAgain(api.retold[0]!);
  await expect.poll(() => receiver.received).toHaveLength(2);
});
