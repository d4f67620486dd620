import { Gauge } from 'prom-client';
import { URGENCIES } from '../../alerts/schema.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { Goal, GoalStore } from './goal.ts';

/** It changes with an alert, and is read from ninety keys. */
const KEEP_MS = 60_000;

/** Every server reports the same values: use the maximum, not the sum. */
export function tellGoal(metrics: Metrics, store: Pick<GoalStore, 'read'>): void {
  let kept: { readonly at: number; readonly goal: Promise<Goal | undefined> } | undefined;
  const look = (): Promise<Goal | undefined> => {
    const at = performance.now();
    // While Redis is away these are unknown, and a scrape shows the rest.
    if (kept === undefined || at - kept.at >= KEEP_MS) {
      kept = { at, goal: store.read().catch(() => undefined) };
    }
    return kept.goal;
  };
  const gauge = (name: string, help: string, valueOf: (of: Goal['urgencies']['flash']) => number | null) =>
    metrics.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['urgency'] as const,
        registers: [],
        async collect() {
          this.reset();
          const goal = await look();
          for (const urgency of URGENCIES) {
            this.set({ urgency }, (goal && valueOf(goal.urgencies[urgency])) ?? Number.NaN);
          }
        },
      }),
    );
  gauge(
    'ajil_goal_met_ratio',
    'Share of the alerts of 30 days of which 90 % had left within two minutes, by urgency',
    ({ metShare }) => metShare,
  );
  gauge(
    'ajil_goal_alerts',
    'Alerts of 30 days that were sent to somebody, by urgency',
    ({ alerts }) => alerts,
  );
}
