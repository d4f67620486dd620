import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Counter } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** Until a request's head, and all of it, must be here: nobody holds a place by sending slowly. Milliseconds. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECK_MS = 2000;
/**
 * Connections at once whose first request has not come whole. In a storm of readers each is here for a round trip, so this is
 * 5,000 newcomers a second at 200 ms, more than a process greets; whoever opens connections and sends nothing gets no more.
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
  /** @returns the port; 0 chooses one */
  listen(port: number): Promise<number>;
  /** Takes no new connections. */
  stopListening(): void;
  /** Waits for requests under way, then ends what is left. */
  close(): Promise<void>;
}

/**
 * @param deps.maxConnections above it, new ones are closed at once: the last bound, before descriptors run out
 * @param deps.maxUnfinished so many may have sent no whole request yet; above it, the oldest of them is closed
 */
export function createHttpServer(deps: {
  handler: RequestListener;
  maxConnections: number;
  maxUnfinished?: number;
  metrics: Metrics;
}): HttpServer {
  const { maxUnfinished = MOST_UNFINISHED } = deps;
  const dropped = new Counter({
    name: 'ajil_http_dropped_total',
    help: 'Connections closed because there were too many (full), or too many without a request (unfinished)',
    labelNames: ['reason'],
    registers: [deps.metrics],
  });
  const server = createServer(
    {
      IncomingMessage: IncomingRequest,
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    deps.handler,
  );
  server.maxConnections = deps.maxConnections;
  server.on('drop', () => dropped.inc({ reason: 'full' }));
  boundUnfinished(server, maxUnfinished, () => dropped.inc({ reason: 'unfinished' }));
  let closed: Promise<void> | undefined;

  const stopListening = (): void => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
    });
  };

  return {
    server,
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
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

/** Closes the oldest of the connections that have sent no whole request yet, when they are more than `most`. */
function boundUnfinished(server: Server, most: number, onDrop: () => void): void {
  /** In the order in which they came. */
  const unfinished = new Set<Socket>();
  // One function for all sockets, and off again: ten thousands may stay open.
  function onClose(this: Socket): void {
    unfinished.delete(this);
  }
  const finish = ({ socket }: IncomingMessage): void => {
    if (unfinished.delete(socket)) socket.off('close', onClose);
  };
  server.on('connection', (socket: Socket) => {
    unfinished.add(socket);
    socket.once('close', onClose);
    if (unfinished.size <= most) return;
    const [oldest] = unfinished;
    oldest?.destroy();
    onDrop();
  });
  server.on('request', finish);
  server.on('upgrade', finish);
}
