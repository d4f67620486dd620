import type { Config } from '../config.ts';
import type { Metrics } from './metrics.ts';
import { openMetricsServer } from './metrics-server.ts';
import type { Shutdown } from './shutdown.ts';

/** Opens the port of METRICS_PORT, if it is set, for the metrics of this process alone. */
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
