import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';
import { newAlertId } from '../../../src/alerts/id.ts';
import { createHttpServer, type HttpServer } from '../../../src/http/http-server.ts';
import { createApp } from '../../../src/app.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

const ALERTS = 100;
const VERSIONS = 20;

let api: TestApi;
let http: HttpServer;
let port: number;
beforeAll(async () => {
  api = await startTestApi({ limits: { editor: { points: 10_000, seconds: 60 } } });
  const { app } = createApp({ ...api.deps, metrics: createMetrics('test') });
  http = createHttpServer({ handler: app, maxConnections: 1000, metrics: createMetrics('test') });
  port = await http.listen(0, '127.0.0.1');
  const now = Date.now();
  for (let n = 0; n < ALERTS; n++) {
    const input = { headline: `خبر ${n}`, body: 'x'.repeat(500), lang: 'ar', topics: ['world'] };
    let alert = firstVersion(newAlertId(now + n), { ...input, urgency: 'urgent' }, 'e', now + n);
    await api.deps.alerts.create(alert);
    for (let version = 2; version <= VERSIONS; version++) {
      alert = nextVersion(alert, { change: 'update' }, 'e', now + n);
      await api.deps.alerts.addVersion(alert);
    }
  }
});
afterAll(async () => {
  await http.close();
  await api.close();
});

const agent = new Agent({ keepAlive: true });

/** One request; tells when its answer is here. */
function ask(path: string, options: { method?: string; key?: string; body?: object } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', key, body } = options;
    const asked = request({ host: '127.0.0.1', port, path, method, agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject);
    if (key !== undefined) asked.setHeader('Authorization', `Bearer ${key}`);
    if (body !== undefined) asked.setHeader('Content-Type', 'application/json');
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const post = (): Promise<number> =>
  ask('/v1/alerts', { method: 'POST', key: api.keys.author, body: anAlert() });

test.each([
  ['the first page of the list', () => `/v1/alerts?limit=100`],
  ['the list before some alert', (n: number) => `/v1/alerts?limit=100&before=${newAlertId(Date.now() + n)}`],
  ['what needs a version of each alert', () => '/v1/alerts?limit=100&topics=world,sport&lang=ar'],
])('while 200 strangers read %s, an editor’s alert waits for few of them', async (_what, pathOf) => {
  let answered = 0;
  const stop = new AbortController();
  const strangers = Array.from({ length: 200 }, async (_, n) => {
    while (!stop.signal.aborted) {
      expect([200, 503]).toContain(await ask(pathOf(n)));
      answered += 1;
    }
  });
  try {
    await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(200);
    const meanwhile: number[] = [];
    for (let n = 0; n < 5; n++) {
      const before = answered;
      expect(await post()).toBe(201);
      meanwhile.push(answered - before);
    }
    // Each of the some ten times that it waits for Redis or the socket lets eight of them in.
    expect(Math.min(...meanwhile)).toBeLessThan(300);
  } finally {
    stop.abort();
    await Promise.all(strangers);
  }
});

test('a thousand pipelined lists cost an editor nothing', async () => {
  const attack = connect(port, '127.0.0.1');
  attack.on('error', () => undefined);
  attack.resume();
  attack.write(
    'GET /v1/alerts?limit=100&before=9999999999999999999999999a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000),
  );
  const reads = async (): Promise<number> => {
    const stats = await api.deps.redis.info('commandstats');
    return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const before = await reads();
  expect(await post()).toBe(201);
  expect((await reads()) - before).toBeLessThan(5 * ALERTS);
  attack.destroy();
});

test('a list reads one version of each alert', async () => {
  const bytes = async (): Promise<number> =>
    Number(/total_net_output_bytes:(\d+)/.exec(await api.deps.redis.info('stats'))?.[1] ?? 0);
  const before = await bytes();
  expect(await ask(`/v1/alerts?limit=${ALERTS}&before=${newAlertId(Date.now() + 60_000)}`)).toBe(200);
  expect((await bytes()) - before).toBeLessThan(ALERTS * 3000);
});

test('strangers above the bound are told to come again, and an editor is served meanwhile', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { app } = createApp({
    ...api.deps,
    metrics: createMetrics('test'),
    topics: {
      ...api.deps.topics,
      list: async () => {
        await held;
        return api.deps.topics.list();
      },
    },
  });
  const busy = createHttpServer({ handler: app, maxConnections: 3000, metrics: createMetrics('test') });
  const at = await busy.listen(0, '127.0.0.1');
  const get = (path: string, key?: string): Promise<{ status: number; retryAfter: string | undefined }> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: at, path, agent: false }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] });
      });
      if (key !== undefined) asked.setHeader('Authorization', `Bearer ${key}`);
      asked.on('error', reject).end();
    });
  const waiting = Array.from({ length: 1008 }, () => get('/v1/config'));
  await expect.poll(async () => (await get('/v1/config')).status, { timeout: 20_000 }).toBe(503);
  expect(await get('/v1/config')).toEqual({ status: 503, retryAfter: '1' });
  expect((await get('/v1/alerts', api.keys.author)).status).toBe(200);
  expect((await get('/v1/alerts', 'made-up')).status).toBe(503);
  expect((await get('/healthz')).status).toBe(200);
  release();
  expect((await Promise.all(waiting)).filter(({ status }) => status === 200).length).toBeGreaterThan(1000);
  await busy.close();
});
