import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** Until a request's head, and all of it, must be here: nobody holds a place by sending slowly. Milliseconds. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECK_MS = 2000;
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

/** @param deps.maxConnections above it, new ones are closed at once: the last bound, before descriptors run out */
export function createHttpServer(deps: {
  handler: RequestListener;
  maxConnections: number;
  metrics: Metrics;
}): HttpServer {
  const dropped = new Counter({
    name: 'ajil_http_dropped_total',
    help: 'Connections closed at once because there were too many',
    registers: [deps.metrics],
  });
  const server = createServer(
    {
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    deps.handler,
  );
  server.maxConnections = deps.maxConnections;
  server.on('drop', () => dropped.inc());
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
        server.listen(port, () => resolve((server.address() as AddressInfo).port));
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
