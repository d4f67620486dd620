import { Registry, collectDefaultMetrics } from 'prom-client';

/** The process's own metrics. Rooms register theirs on it; names start with `ajil_`, units are in the name. */
export type Metrics = Registry;

export function createMetrics(role: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  return registry;
}
