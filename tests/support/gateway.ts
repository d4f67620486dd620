import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { firstVersion } from '../../src/alerts/versions.ts';
import { newAlertId } from '../../src/alerts/id.ts';
import { toPublicAlert, type Alert } from '../../src/alerts/schema.ts';
import { problemDetails } from '../../src/http/problem.ts';
import { openGateway, type Gateway, type GatewayDeps } from '../../src/live/gateway.ts';
import { createLiveLog, type LiveLog } from '../../src/live/log/log.ts';
import type { LiveMessage } from '../../src/live/protocol.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import { closeRedis, connectRedis, type Redis } from '../../src/redis/connect.ts';
import { startTestRedis, type TestRedis } from './redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

/** A gateway on a plain HTTP server, and a real Redis with the live log that it follows. */
export interface TestGateway {
  readonly redis: TestRedis;
  readonly writer: Redis;
  readonly log: LiveLog;
  readonly gateway: Gateway;
  readonly metrics: Metrics;
  readonly server: Server;
  readonly port: number;
  /** What was told about each version that went out. */
  readonly broadcasts: { id: string; version: number; connections: number }[];
  listen(query?: string, headers?: Record<string, string>): Promise<Listener>;
  /** A metric's value; 0 when it has none yet. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  stop(): Promise<void>;
}

/** One open WebSocket, and what came over it. */
export interface Listener {
  readonly socket: WebSocket;
  readonly messages: readonly LiveMessage[];
  /** Resolves when so many messages have come. */
  until(count: number): Promise<readonly LiveMessage[]>;
  /** The close code, when it is closed. */
  readonly closed: Promise<number>;
}

export async function startTestGateway(
  options: Partial<GatewayDeps> & { redis?: TestRedis; host?: string } = {},
): Promise<TestGateway> {
  const { redis: given, host = '127.0.0.1', ...deps } = options;
  const redis = given ?? (await startTestRedis());
  const writer = connectRedis(redis.url, 'worker', logger);
  const metrics = createMetrics('test');
  const broadcasts: TestGateway['broadcasts'] = [];
  const gateway = await openGateway({
    describeRefusal: (refusal, id) => problemDetails('http://ajil.test', refusal, id),
    follower: connectRedis(redis.url, 'follower', logger),
    logger,
    metrics,
    allowedOrigins: ['https://news.example'],
    addressOf: () => '192.0.2.1',
    drainSeconds: 0,
    onBroadcast: ({ id, version }, connections) => void broadcasts.push({ id, version, connections }),
    now: Date.now,
    ...deps,
  });
  const server = createServer((request, response) => void gateway.handleSse(request, response));
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    redis,
    writer,
    log: createLiveLog(writer),
    gateway,
    metrics,
    server,
    port,
    broadcasts,
    listen: (query = '', headers = {}) => listen(`ws://127.0.0.1:${port}/v1/live?${query}`, headers),
    metric: (name, labels) => readMetric(metrics, name, labels),
    stop: async () => {
      await gateway.close();
      server.closeAllConnections();
      server.close();
      await closeRedis(writer);
      if (given === undefined) await redis.stop();
    },
  };
}

/** @throws with the status when it is refused */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  const socket = new WebSocket(url, { headers });
  const messages: LiveMessage[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as LiveMessage);
    wake();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    messages,
    closed,
    until: async (count) => {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return messages;
    },
  };
}

export function anAlertVersion(headline: string, fields: Partial<Alert> = {}): Alert {
  const now = Date.now();
  const made = firstVersion(
    newAlertId(now),
    { headline, lang: 'ar', topics: ['world'], urgency: 'urgent' },
    'e',
    now,
  );
  return { ...toPublicAlert(made), ...fields };
}

/** The next version of an alert. */
export const nextVersion = (alert: Alert, fields: Partial<Alert> = {}): Alert => ({
  ...alert,
  version: alert.version + 1,
  change: 'correction',
  ...fields,
});

/** `id:version` of every alert in the messages, in order. */
export const versionsIn = (messages: readonly LiveMessage[]): string[] =>
  messages
    .flatMap((message) => (message.type === 'hello' ? message.alerts : [message.alert]))
    .map(({ id, version }) => `${id}:${version}`);

export const nameOf = ({ id, version }: Alert): string => `${id}:${version}`;

/** 0 when it has none yet. */
export async function readMetric(metrics: Metrics, name: string, labels: Record<string, string> = {}) {
  const { values } = (await metrics.getSingleMetric(name)?.get()) ?? { values: [] };
  const matching = values.filter((value) =>
    Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
  );
  return matching.reduce((sum, { value }) => sum + value, 0);
}
