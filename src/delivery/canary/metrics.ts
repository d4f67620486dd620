import { Gauge } from 'prom-client';
import type { Metrics } from '../../ops/metrics.ts';
import { WAYS, type CanaryState, type CanaryStateStore } from './state.ts';

/** The canary for monitors. Every server reports the same values: use the maximum, not the sum. */
export function tellCanary(metrics: Metrics, state: Pick<CanaryStateStore, 'read'>): void {
  const gauge = (
    name: string,
    help: string,
    valueOf: (of: CanaryState['ways']['push']) => number | undefined,
  ) =>
    metrics.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['way'] as const,
        registers: [],
        async collect() {
          this.reset();
          const { ways } = await state.read();
          for (const way of WAYS) this.set({ way }, valueOf(ways[way]) ?? Number.NaN);
        },
      }),
    );
  gauge(
    'ajil_canary_seconds',
    'Time that the last run of the canary that came through took, by way',
    ({ ms }) => (ms === undefined ? undefined : ms / 1000),
  );
  gauge(
    'ajil_canary_failures_in_a_row',
    'Runs of the canary that have failed since the last that came through, by way',
    ({ failuresInARow }) => failuresInARow,
  );
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_canary_last_run_timestamp_seconds',
      help: 'When the last run of the canary began',
      registers: [],
      async collect() {
        const { at } = await state.read();
        this.set(at === undefined ? Number.NaN : at / 1000);
      },
    }),
  );
}
