import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../../ops/metrics.ts';

/** The metrics of the transport. The sender counts requests. */
export interface TransportMetrics {
  connections: Gauge<'protocol'>;
  connects: Counter<'result'>;
  returned: Counter;
  refuges: Counter;
}

export function createTransportMetrics(metrics: Metrics): TransportMetrics {
  const registers = [metrics];
  return {
    connections: new Gauge({
      name: 'ajil_push_connections',
      help: 'Open HTTP/2 connections to push services, by client: own or library.',
      labelNames: ['protocol'],
      registers,
    }),
    connects: new Counter({
      name: 'ajil_push_connects_total',
      help: 'Attempts to connect to a push service over HTTP/2, by result: h2, http/1.1 or failed.',
      labelNames: ['result'],
      registers,
    }),
    returned: new Counter({
      name: 'ajil_push_requests_returned_total',
      help: 'Requests that a push service did not act on (GOAWAY, REFUSED_STREAM) and that were queued again.',
      registers,
    }),
    refuges: new Counter({
      name: 'ajil_push_library_refuges_total',
      help: 'Times a push service was moved to the library HTTP/2 client after a protocol error.',
      registers,
    }),
  };
}
