import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import { WebSocketServer } from 'ws';
import type { Alert } from '../alerts/schema.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from '../redis/connect.ts';
import { sseConnection, webSocketConnection, type Connection } from './connection.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { openFollower } from './follower.ts';
import type { LogEntry } from './log.ts';
import { CLOSE_CODES, type AlertMessage, type LiveFilter } from './protocol.ts';
import { parseLiveQuery, wants } from './query.ts';

const BEAT_MS = 25_000;
const MAX_CONNECTIONS = 15_000;
const MAX_PER_ADDRESS = 200;
/** The protocol needs no inbound data at all. */
const MAX_INBOUND = 1024;
/** Connections written to before others get their turn. */
const SLICE = 250;

/** Holds the open lines of one process. */
export interface Gateway {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** `GET /v1/live` with `Accept: text/event-stream`. */
  handleSse(request: IncomingMessage, response: ServerResponse): void;
  /** Connections that an alert with these topics, urgency and language would reach now. */
  connections(filter: LiveFilter): number;
  /** Whether it follows the live log now. */
  ready(): boolean;
  /** Takes nobody more, closes all with 1012 over `drainSeconds`, ends. */
  close(): Promise<void>;
}

export interface GatewayDeps {
  /** A `worker` connection of its own, closed with the gateway. */
  readonly follower: Redis;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Exact origins of pages that may open the line. A client that sends no Origin is no page, and is let in. */
  readonly allowedOrigins: readonly string[];
  readonly addressOf: (request: IncomingMessage) => string;
  readonly drainSeconds: number;
  /** How many of this process's connections a version was written to. */
  readonly onBroadcast: (alert: Alert, connections: number) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export async function openGateway(deps: GatewayDeps): Promise<Gateway> {
  const open = new Set<Connection>();
  const perAddress = new Map<string, number>();
  const registers = [deps.metrics];
  const delivered = new Counter({
    name: 'ajil_live_deliveries_total',
    help: 'Versions written to open connections',
    registers,
  });
  const refused = new Counter({
    name: 'ajil_live_refused_total',
    help: 'Connections refused, by HTTP status',
    labelNames: ['status'] as const,
    registers,
  });
  new Gauge({
    name: 'ajil_live_connections',
    help: 'Open connections',
    registers,
    collect() {
      this.set(open.size);
    },
  }).set(0);
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_INBOUND });
  let draining = false;
  let broadcasting: Promise<void> = Promise.resolve();

  const follower = await openFollower({
    follower: deps.follower,
    logger: deps.logger,
    onEntry: (entry) => {
      // Whoever is here now gets it; whoever comes later finds it in the hello.
      const concerned = [...open].filter((line) => follower.tail.concerns(line.filter, entry.alert));
      broadcasting = broadcasting.then(() => broadcast(entry, concerned));
    },
    onNewLog: () => {
      for (const line of open) line.close(CLOSE_CODES.serviceRestart);
    },
  });

  async function broadcast({ offset, alert }: LogEntry, lines: readonly Connection[]): Promise<void> {
    const cursor = formatCursor({ epoch: follower.tail.cursor.epoch, offset });
    const text = JSON.stringify({ type: 'alert', cursor, alert } satisfies AlertMessage);
    for (let start = 0; start < lines.length; start += SLICE) {
      for (const line of lines.slice(start, start + SLICE)) line.send(text, cursor);
      if (start + SLICE < lines.length) await new Promise((next) => setImmediate(next));
    }
    delivered.inc(lines.length);
    if (lines.length > 0) deps.onBroadcast(alert, lines.length);
  }

  function admit(request: IncomingMessage): Refusal | { filter: LiveFilter; since: string; address: string } {
    const origin = request.headers.origin;
    if (origin !== undefined && !deps.allowedOrigins.includes(origin)) {
      return { status: 403, reason: 'this origin may not open the live line: add it to ALLOWED_ORIGINS' };
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const query = parseLiveQuery(url.searchParams);
    if (!query.ok) return { status: 400, reason: query.reason };
    const address = deps.addressOf(request);
    const full = open.size >= MAX_CONNECTIONS || (perAddress.get(address) ?? 0) >= MAX_PER_ADDRESS;
    if (draining || full) return { status: 503, reason: 'no room for this connection now' };
    return { filter: query.filter, since: url.searchParams.get('cursor') ?? '', address };
  }

  /** In one go: hello says what was, and from here on every entry comes. */
  function enter(line: Connection, since: string): void {
    const hello = follower.tail.hello(line.filter, parseCursor(since), deps.now());
    open.add(line);
    perAddress.set(line.address, (perAddress.get(line.address) ?? 0) + 1);
    line.send(JSON.stringify(hello), hello.cursor);
  }

  function leave(line: Connection): void {
    if (!open.delete(line)) return;
    const left = (perAddress.get(line.address) ?? 1) - 1;
    if (left === 0) perAddress.delete(line.address);
    else perAddress.set(line.address, left);
  }

  const heart = setInterval(() => {
    for (const line of open) line.beat();
  }, BEAT_MS);
  heart.unref();

  return {
    handleUpgrade: (request, socket, head) => {
      // Node takes its own listener off at an upgrade: a client that resets must not end the process.
      socket.on('error', (error) => deps.logger.debug({ err: error }, 'live connection fault'));
      const path = (request.url ?? '').split('?', 1)[0];
      const admitted = path === '/v1/live' ? admit(request) : { status: 404, reason: 'no such line' };
      if ('status' in admitted) {
        refused.inc({ status: admitted.status });
        socket.end(rawProblem(admitted), () => socket.destroy());
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const line = webSocketConnection(webSocket, admitted.filter, admitted.address);
        webSocket.on('message', () => webSocket.close(CLOSE_CODES.policyViolation, 'nothing is to be sent'));
        webSocket.on('error', (error) => deps.logger.debug({ err: error }, 'live connection fault'));
        webSocket.on('close', () => leave(line));
        enter(line, admitted.since);
      });
    },
    handleSse: (request, response) => {
      const admitted = admit(request);
      if ('status' in admitted) {
        refused.inc({ status: admitted.status });
        response.writeHead(admitted.status, problemHeaders(admitted)).end(problemBody(admitted));
        return;
      }
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      const line = sseConnection(response, admitted.filter, admitted.address);
      response.on('close', () => leave(line));
      const last = request.headers['last-event-id'];
      enter(line, typeof last === 'string' ? last : admitted.since);
    },
    connections: (filter) =>
      [...open].filter((line) =>
        wants(line.filter, {
          ...filter,
          topics: [...filter.topics],
          lang: filter.lang ?? line.filter.lang ?? 'und',
        }),
      ).length,
    ready: () => follower.following,
    close: async () => {
      draining = true;
      clearInterval(heart);
      await broadcasting;
      const lines = [...open];
      const steps = Math.max(1, Math.min(lines.length, deps.drainSeconds * 10));
      for (let step = 0; step < steps; step++) {
        for (let i = step; i < lines.length; i += steps) lines[i]?.close(CLOSE_CODES.serviceRestart);
        if (step + 1 < steps) await sleep(100);
      }
      sockets.close();
      await follower.close();
    },
  };
}

const problemBody = ({ status, reason }: Refusal): string =>
  JSON.stringify({ type: 'about:blank', status, title: STATUS_TITLES[status], detail: reason });

const STATUS_TITLES: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

function problemHeaders(refusal: Refusal): Record<string, string> {
  return {
    'Content-Type': 'application/problem+json',
    ...(refusal.status === 503 ? { 'Retry-After': '5' } : {}),
  };
}

function rawProblem(refusal: Refusal): string {
  const body = problemBody(refusal);
  const headers = {
    ...problemHeaders(refusal),
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${refusal.status} ${STATUS_TITLES[refusal.status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}
