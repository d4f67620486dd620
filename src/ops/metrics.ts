import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** The metrics of this process. Each room registers its metrics here. Names start with `ajil_` and hold the unit. */
export type Metrics = Registry;

/**
 * @param process unique among all processes. Each process thus has separate series where the metrics of several are shown
 *   together, and a counter goes back to zero only when its process starts again
 */
export function createMetrics(role: string, process = 'alone'): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role, process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Tells which build runs where. @param build.version of the product */
export function tellBuild(metrics: Metrics, build: { version: string; host: string; pid: number }): void {
  const { version, host, pid } = build;
  new Gauge({
    name: 'ajil_build_info',
    help: 'Always 1; the labels describe the process',
    labelNames: ['version', 'node', 'host', 'pid'],
    registers: [metrics],
  }).set({ version, node: globalThis.process.version, host, pid: String(pid) }, 1);
}
