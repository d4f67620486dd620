import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** The metrics of this process on a separate port, which works while Redis is away as well. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param options.port 0 chooses one
 * @param options.host every address by default
 */
export async function openMetricsServer(options: {
  port: number;
  host: string | undefined;
  metrics: Metrics;
}): Promise<MetricsServer> {
  const { metrics, host } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') response.end('alive\n');
    else if (path !== '/metrics') response.writeHead(404).end();
    else {
      metrics.metrics().then(
        (text) => response.setHeader('Content-Type', metrics.contentType).end(text),
        () => response.writeHead(500).end(),
      );
    }
  });
  server.requestTimeout = 5000;
  server.maxConnections = 20;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Exclusive, because the processes of node:cluster would share the port otherwise.
    server.listen({ port: options.port, exclusive: true, ...(host === undefined ? {} : { host }) }, resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
