import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
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

/** Until a request's head, and all of it, must be here: nobody holds a place by sending slowly. Milliseconds. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECK_MS = 2000;
/** An answer of which the client takes nothing for so long ends with its connection. Milliseconds. */
const STALLED_MS = 30_000;
/**
 * Connections at once whose first request has not come whole. In a storm of readers each is here for a round trip, so this is
 * 5,000 newcomers a second at 200 ms, more than a process greets; a client that opens connections and sends nothing gets no more.
 */
const MOST_UNFINISHED = 1000;
/** Newcomers that wait in the kernel (as far as it lets them): who finds no room there tries again after 1 s, then 3, then 7. */
const BACKLOG = 4096;
/** Longer than the proxies in front keep an idle connection: who closes first must be they, or a request is lost on the way. */
const KEEP_ALIVE_MS = 125_000;
/** Requests under way may take so long when the server ends. */
const PATIENCE_MS = 5000;

/** An HTTP server that ends in two steps, so that what it carries can be drained in between. */
export interface HttpServer {
  readonly server: Server;
  /** @param host the address to listen on; every one by default. @returns the port; 0 chooses one */
  listen(port: number, host?: string): Promise<number>;
  /** Takes no new connections. */
  stopListening(): void;
  /** Waits for requests under way, then ends what is left. */
  close(): Promise<void>;
}

export interface HttpServerDeps {
  readonly handler: RequestListener;
  readonly onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** The last bound, before descriptors run out: above it new connections are closed at once. */
  readonly maxConnections: number;
  /** Connections of one address; as many as there may be by default. */
  readonly maxPerAddress?: number;
  /** So many may have sent no whole request yet; above it, the oldest of them is closed. */
  readonly maxUnfinished?: number;
  /** Whether a peer is a proxy of ours, which has no bound per address; none is by default. */
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
  const server = createServer({
    IncomingMessage: IncomingRequest,
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  // Of a connection's inactivity, and an answer that the client does not take is inactive.
  server.timeout = deps.stalledMs ?? STALLED_MS;
  const limits = {
    connections: maxConnections,
    perAddress: deps.maxPerAddress ?? maxConnections,
    unfinished: deps.maxUnfinished ?? Math.min(MOST_UNFINISHED, Math.ceil(maxConnections / 2)),
  };
  const bounds = boundConnections(server, limits, isProxy, (reason) => dropped.inc({ reason }));
  const turns = createTurns(deps.handler, bounds);
  server.on('request', (request, response) => {
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
    // In the middle of another answer a second one would be read as part of it.
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
    // It would write into the answer that the connection waits for.
    if (!(socket instanceof Socket) || turns.isBusy(socket)) return socket.destroy();
    bounds.upgraded(socket);
    socket.setTimeout(0);
    if (holdsOneHost(request)) return deps.onUpgrade?.(request, socket, head);
    socket.on('error', () => socket.destroy());
    return endWithFault(socket, 'malformed-request', describeFault);
  });
  let closed: Promise<void> | undefined;

  const stopListening = (): void => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
    });
  };

  return {
    server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, backlog: BACKLOG, ...(host === undefined ? {} : { host }) }, () =>
          resolve((server.address() as AddressInfo).port),
        );
      }),
    stopListening,
    close: async () => {
      stopListening();
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
      await closed;
      clearTimeout(impatience);
    },
  };
}

/**
 * A request that asks for another protocol than WebSocket is a request as any other (RFC 9110, section 7.8): Java's client
 * offers `h2c` with each. Node asks `upgrade` whether it is one, and says itself that it might be.
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
