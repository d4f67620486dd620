import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Server as NetServer, Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { boundConnections } from './connection-bounds.ts';
import {
  answerFault,
  describePlainly,
  endWithFault,
  faultOf,
  holdsOneHost,
  type DescribeFault,
} from './http-faults.ts';
import type { Metrics } from '../ops/metrics.ts';
import { createTurns } from './request-turns.ts';

/** Time that a request's head, and the whole request, may take: a slow client must not hold a connection. Milliseconds. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECK_MS = 2000;
/** How long a client may take nothing of its answer; then the connection ends. Milliseconds. */
const STALLED_MS = 30_000;
/**
 * Connections at once without a complete first request. In a storm of readers, each counts for one round trip: at 200 ms the
 * bound allows 5,000 new connections a second, more than a process can greet. A client that opens connections and sends
 * nothing gets no more than the bound.
 */
const MOST_UNFINISHED = 1000;
/** New connections that may wait in the kernel, if its own limit allows. A client without room there tries again after 1 s, 3 s, 7 s. */
const BACKLOG = 4096;
/** Longer than proxies keep an idle connection: the proxy must close first, or a request that is on its way is lost. */
const KEEP_ALIVE_MS = 125_000;
/** How long running requests may take when the server ends. */
const PATIENCE_MS = 5000;

/** An HTTP server that ends in two steps, so that its live connections can be drained in between. */
export interface HttpServer {
  readonly server: Server;
  /**
   * @param port 0: any free port. @param host the address to listen on; all addresses by default
   * @param socket descriptor of a socket that listens already; then neither of these counts
   * @returns the port
   */
  listen(port: number, host?: string, socket?: number): Promise<number>;
  /**
   * Takes no new connections. Each connection that is kept may bring one more request, and ends with its answer: if it ended
   * at once, a proxy would lose the request that it has just sent.
   */
  stopListening(): void;
  /** Resolves when no connection is left, or after `ms`. Call it after {@link stopListening}. */
  untilEmpty(ms: number): Promise<void>;
  /** Waits for running requests, then ends the connections that are left. */
  close(): Promise<void>;
}

export interface HttpServerDeps {
  readonly handler: RequestListener;
  readonly onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** The last bound before descriptors run out: above it, new connections are closed at once. */
  readonly maxConnections: number;
  /** Connections of one address; by default `maxConnections`. */
  readonly maxPerAddress?: number;
  /** Connections without a complete request; above it, the oldest of them is closed. */
  readonly maxUnfinished?: number;
  /** Whether a peer is a proxy of ours, which has no bound per address. By default no peer is. */
  readonly isProxy?: (address: string) => boolean;
  readonly stalledMs?: number;
  readonly describeFault?: DescribeFault;
  readonly metrics: Metrics;
}

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { maxConnections, describeFault = describePlainly, isProxy = () => false } = deps;
  const dropped = new Counter({
    name: 'ajil_http_dropped_total',
    help: 'Connections closed to make room. The reason is the limit that was reached: on all connections (full, idle), on one address (address), or on connections without a request (unfinished)',
    labelNames: ['reason'],
    registers: [deps.metrics],
  });
  let closed: Promise<void> | undefined;
  const server = createServer({
    IncomingMessage: IncomingRequest,
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  // Node measures inactivity of the connection. An answer that the client does not take is inactivity.
  server.timeout = deps.stalledMs ?? STALLED_MS;
  const limits = {
    connections: maxConnections,
    perAddress: deps.maxPerAddress ?? maxConnections,
    unfinished: deps.maxUnfinished ?? Math.min(MOST_UNFINISHED, Math.ceil(maxConnections / 2)),
  };
  const bounds = boundConnections(server, limits, isProxy, (reason) => dropped.inc({ reason }));
  const turns = createTurns(deps.handler, bounds);
  server.on('request', (request, response) => {
    if (closed !== undefined) response.setHeader('Connection', 'close');
    if (holdsOneHost(request)) return turns.take(request, response);
    return turns.take(request, response, (_request, answer) =>
      answerFault(answer, 'malformed-request', describeFault),
    );
  });
  server.on('checkExpectation', (request, response) =>
    turns.take(request, response, (_request, answer) =>
      answerFault(answer, 'expectation-failed', describeFault),
    ),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // In the middle of another answer, the client would read the fault as part of that answer.
    if (
      !(socket instanceof Socket) ||
      !socket.writable ||
      turns.isBusy(socket) ||
      error.code === 'ECONNRESET'
    )
      socket.destroy();
    else endWithFault(socket, faultOf(error), describeFault);
  });
  server.on('upgrade', (request, socket, head) => {
    // The new protocol would write into the answer that the connection waits for.
    if (!(socket instanceof Socket) || turns.isBusy(socket)) return socket.destroy();
    bounds.upgraded(socket);
    socket.setTimeout(0);
    if (holdsOneHost(request)) return deps.onUpgrade?.(request, socket, head);
    socket.on('error', () => socket.destroy());
    return endWithFault(socket, 'malformed-request', describeFault);
  });
  const stopListening = (): void => {
    closed ??= new Promise((resolve) => {
      // The `close` of node:http ends the idle connections as well.
      NetServer.prototype.close.call(server, () => resolve());
    });
  };

  return {
    server,
    listen: (port, host, socket) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        const at = socket === undefined ? { port, ...(host === undefined ? {} : { host }) } : { fd: socket };
        server.listen({ ...at, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
      }),
    stopListening,
    untilEmpty: async (ms) => {
      await Promise.race([closed, sleep(ms, undefined, { ref: false })]);
    },
    close: async () => {
      stopListening();
      // It also ends node:http's watch over slow requests. That it does not listen any more is no news.
      server.close(() => undefined);
      const impatience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
      await closed;
      clearTimeout(impatience);
    },
  };
}

/**
 * A request that asks for another protocol than WebSocket is an ordinary request (RFC 9110, section 7.8): Java's client offers
 * `h2c` with each request. Node sets `upgrade` to what the client offers, and reads it to decide whether it is an upgrade.
 */
class IncomingRequest extends IncomingMessage {
  declare offered: boolean | null;

  get upgrade(): boolean | null {
    return this.offered && /\bwebsocket\b/i.test(this.headers.upgrade ?? '');
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered;
  }
}
