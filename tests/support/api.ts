import { createECDH, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type Api, type ApiDeps } from '../../src/app.ts';
import { pushMessageBytes } from '../../src/alerts/notification.ts';
import { createAlertStore } from '../../src/alerts/store.ts';
import { createSubscriptionStore } from '../../src/audience/subscriptions.ts';
import { createTopicStore } from '../../src/audience/topics.ts';
import { createGoalStore } from '../../src/delivery/report/goal.ts';
import { createReportStore, type DeliveryReport } from '../../src/delivery/report/report.ts';
import type { TestJob } from '../../src/delivery/test-send/queue.ts';
import { createAuditLog } from '../../src/editors/audit.ts';
import { createSessionStore } from '../../src/editors/sessions.ts';
import { createEditorStore } from '../../src/editors/store.ts';
import { compileTrust } from '../../src/http/client-address.ts';
import { DEFAULT_PHRASES } from '../../src/newsroom/checks/default-phrases.ts';
import { compilePhrases } from '../../src/newsroom/checks/phrases.ts';
import { createLiveLog } from '../../src/live/log/log.ts';
import type { TellJob } from '../../src/outlets/queue.ts';
import type { HubRequest } from '../../src/outlets/websub/subscription.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { NO_TRACING } from '../../src/ops/tracing.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../src/redis/connect.ts';
import { ADDRESSES } from './readers.ts';
import { startTestRedis, type TestRedis } from './redis.ts';

export interface TestApi {
  readonly url: string;
  readonly redis: TestRedis;
  readonly deps: ApiDeps;
  readonly newsroom: Api['newsroom'];
  readonly sources: Api['sources'];
  readonly taking: Api['taking'];
  readonly arrivals: Api['arrivals'];
  readonly waits: Api['waits'];
  readonly feedLooks: Api['feedLooks'];
  readonly fetchPage: Api['fetchPage'];
  /** API keys, one for each role. */
  readonly keys: { author: string; approver: string; admin: string };
  readonly fanOuts: { alertId: string; version: number }[];
  /** What was asked to be told again. */
  readonly retold: TellJob[];
  /** What the hub was asked for. */
  readonly hubRequests: HubRequest[];
  /** Test sends that were asked for. */
  readonly tests: TestJob[];
  readonly reports: Map<string, DeliveryReport>;
  /** Moves the clock that everything was given. */
  advance(ms: number): void;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/**
 * The API over real HTTP and a real Redis; what other rooms own is small and in memory.
 * @param redisUrl where the API finds its Redis, if not at its own address
 * @param port it listens there, and its public address is there too; none: any port, and an address that nothing listens on
 */
export async function startTestApi({
  config,
  port = 0,
  redisUrl,
  ...overrides
}: Partial<Omit<ApiDeps, 'config'>> & {
  config?: Partial<ApiDeps['config']>;
  port?: number;
  redisUrl?: (redis: TestRedis) => Promise<string>;
} = {}): Promise<TestApi> {
  const redisServer = await startTestRedis();
  const logger = createLogger({ level: 'silent', role: 'test' });
  const redis = connectRedis((await redisUrl?.(redisServer)) ?? redisServer.url, 'command', logger);
  await waitUntilReady(redis);
  let offset = 0;
  const now = (): number => Date.now() + offset;
  const audit = createAuditLog({ redis, now, key: Buffer.alloc(32, 1) });
  const editors = createEditorStore({ redis, now, audit });
  const fanOuts: TestApi['fanOuts'] = [];
  const retold: TestApi['retold'] = [];
  const tests: TestApi['tests'] = [];
  const hubRequests: TestApi['hubRequests'] = [];
  const reports: TestApi['reports'] = new Map();
  const deps: ApiDeps = {
    config: {
      publicUrl: port === 0 ? 'http://ajil.test' : `http://127.0.0.1:${port}`,
      allowedOrigins: [],
      requireApproval: false,
      isDrill: false,
      webhookAllowedOrigins: [],
      ...config,
    },
    trust: compileTrust(false),
    redis,
    logger,
    metrics: createMetrics('test'),
    tracing: NO_TRACING,
    now,
    editors,
    sessions: createSessionStore({ redis, editors, now, audit }),
    audit,
    alerts: createAlertStore({ redis, now }),
    topics: createTopicStore(redis),
    subscriptions: createSubscriptionStore({ redis, addresses: ADDRESSES, now }),
    reports: { get: (id, version) => Promise.resolve(reports.get(`${id}:${version}`)) },
    goal: createGoalStore({
      redis,
      alerts: createAlertStore({ redis, now }),
      reports: createReportStore(redis),
      now,
    }),
    receipts: {
      record: ({ token }, told) =>
        told(token === 'good' ? 'recorded' : token === 'busy' ? 'busy' : 'invalid'),
    },
    liveLog: createLiveLog(redis),
    fanOutQueue: {
      add: ({ alertId, version }) => {
        fanOuts.push({ alertId, version });
        return Promise.resolve();
      },
    },
    testQueue: {
      add: (job) => {
        tests.push(job);
        return Promise.resolve();
      },
    },
    outletQueue: {
      tellAgain: (job) => {
        retold.push(job);
        return Promise.resolve();
      },
    },
    hubQueue: {
      verify: (request) => {
        hubRequests.push(request);
        return Promise.resolve();
      },
    },
    live: {
      handleSse: (_request, response) => {
        response.type('text/event-stream').end(': hello\n\n');
      },
      connections: () => 7,
    },
    addresses: ADDRESSES,
    pushMessageBytes: (alert) => pushMessageBytes(alert, 'http://ajil.test'),
    vapidPublicKey: 'public',
    readiness: () => Promise.resolve({ ready: true, checks: { redis: 'writable' } }),
    isStopping: () => false,
    allMetrics: () => deps.metrics.metrics(),
    phrases: compilePhrases(DEFAULT_PHRASES),
    webDir: undefined,
    reportIntervalMs: 20,
    ...overrides,
  };
  const api = createApp(deps);
  const server = createServer(api.app);
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keyOf = async (role: 'author' | 'approver' | 'admin'): Promise<string> =>
    (await editors.add({ name: role, role, by: 'test' })).key;
  return {
    url,
    redis: redisServer,
    deps,
    newsroom: api.newsroom,
    sources: api.sources,
    taking: api.taking,
    arrivals: api.arrivals,
    waits: api.waits,
    feedLooks: api.feedLooks,
    fetchPage: api.fetchPage,
    keys: { author: await keyOf('author'), approver: await keyOf('approver'), admin: await keyOf('admin') },
    fanOuts,
    retold,
    hubRequests,
    tests,
    reports,
    advance: (ms) => {
      offset += ms;
    },
    call: (method, path, options) => call(url, method, path, options),
    close: async () => {
      api.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await closeRedis(redis);
      await redisServer.stop();
    },
  };
}

async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { body, key, headers = {} } = options;
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson =
    /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

let written = 0;

/** An Arabic alert whose headline no other has. */
export function anAlert(fields: Record<string, unknown> = {}): Record<string, unknown> {
  written += 1;
  return { headline: `عاجل: خبر رقم ${written}`, lang: 'ar', topics: ['world'], ...fields };
}

/** What a browser's `PushSubscription.toJSON()` gives. */
export function aSubscription(
  endpoint = `https://fcm.googleapis.com/fcm/send/${randomBytes(8).toString('hex')}`,
  auth = randomBytes(16).toString('base64url'),
): { endpoint: string; expirationTime: null; keys: { p256dh: string; auth: string } } {
  const p256dh = createECDH('prime256v1').generateKeys().toString('base64url');
  return { endpoint, expirationTime: null, keys: { p256dh, auth } };
}
