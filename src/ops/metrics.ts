import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** The process's own metrics. Rooms register theirs on it; names start with `ajil_`, units are in the name. */
export type Metrics = Registry;

/**
 * @param process unique among all processes: where the metrics of several are shown together, each has series of its own,
 *   so a counter only goes back to zero when its process starts again
 */
export function createMetrics(role: string, process = 'alone'): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role, process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Says which build runs where. @param version of the product */
export function tellBuild(metrics: Metrics, build: { version: string; host: string; pid: number }): void {
  const { version, host, pid } = build;
  new Gauge({
    name: 'ajil_build_info',
    help: 'Always 1; the labels describe the process',
    labelNames: ['version', 'node', 'host', 'pid'],
    registers: [metrics],
  }).set({ version, node: globalThis.process.version, host, pid: String(pid) }, 1);
}
