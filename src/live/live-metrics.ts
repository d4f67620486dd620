import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '../ops/metrics.ts';
import type { EndReason } from './connections/connection.ts';
import type { Refusal } from './door/refusal.ts';

export interface LiveMetrics {
  refused(reason: Refusal['reason']): void;
  ended(reason: EndReason): void;
  greeted(recovered: boolean): void;
  sent(connections: number, seconds: number): void;
}

/** @param now the values of the gauges, read at each scrape */
export function createLiveMetrics(
  metrics: Metrics,
  now: { connections: () => number; waitingBytes: () => number },
): LiveMetrics {
  const registers = [metrics];
  const deliveries = new Counter({
    name: 'ajil_live_deliveries_total',
    help: 'Versions written to open connections',
    registers,
  });
  const refused = new Counter({
    name: 'ajil_live_refused_total',
    help: 'Connections refused, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const ended = new Counter({
    name: 'ajil_live_ended_total',
    help: 'Connections ended by the gateway, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const hellos = new Counter({
    name: 'ajil_live_hellos_total',
    help: 'Connections opened, by whether the gateway could replay exactly what the client had missed',
    labelNames: ['recovered'] as const,
    registers,
  });
  const broadcast = new Histogram({
    name: 'ajil_live_broadcast_seconds',
    help: 'Time from the first to the last connection that a version is written to',
    buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    const shown = new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
    shown.set(0);
  };
  gauge('ajil_live_connections', 'Open connections', now.connections);
  gauge('ajil_live_waiting_bytes', 'Bytes waiting to be written to slow readers', now.waitingBytes);
  return {
    refused: (reason) => refused.inc({ reason }),
    ended: (reason) => ended.inc({ reason }),
    greeted: (recovered) => hellos.inc({ recovered: String(recovered) }),
    sent: (connections, seconds) => {
      deliveries.inc(connections);
      broadcast.observe(seconds);
    },
  };
}
