import type { Config } from '../config.ts';
import type { Metrics } from './metrics.ts';
import { openMetricsServer } from './metrics-server.ts';
import type { Shutdown } from './shutdown.ts';

/** Where METRICS_PORT is set, this process can be scraped by itself. */
export async function serveMetrics(deps: {
  config: Config;
  metrics: Metrics;
  shutdown: Shutdown;
}): Promise<void> {
  const { metricsPort: port, bind: host } = deps.config;
  if (port === undefined) return;
  const server = await openMetricsServer({ port, host, metrics: deps.metrics });
  deps.shutdown.add('metrics port', () => server.close());
}
