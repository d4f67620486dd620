import { Gauge } from 'prom-client';
import type { Keyings } from '../../audience/keyings.ts';
import type { Metrics } from '../../ops/metrics.ts';

/** It is counted from the bitmaps of all shards, a quarter of a megabyte for a million readers. */
const KEEP_MS = 30_000;

type Count = Awaited<ReturnType<Keyings['count']>>;

/** Every server reports the same values: use the maximum, not the sum. */
export function tellArmed(metrics: Metrics, keyings: Pick<Keyings, 'count'>): void {
  let kept: { readonly at: number; readonly count: Promise<Count | undefined> } | undefined;
  const look = (): Promise<Count | undefined> => {
    const at = performance.now();
    if (kept === undefined || at - kept.at >= KEEP_MS) {
      // While Redis is away these are unknown, and a scrape shows the rest.
      kept = { at, count: keyings.count().catch(() => undefined) };
    }
    return kept.count;
  };
  const gauge = (name: string, help: string, valueOf: (count: Count) => number): void => {
    metrics.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        async collect() {
          const count = await look();
          this.set(count === undefined ? Number.NaN : valueOf(count));
        },
      }),
    );
  };
  gauge(
    'ajil_subscriptions_armed',
    'Subscriptions whose next message needs no key exchange any more',
    ({ armed }) => armed,
  );
  gauge(
    'ajil_subscriptions_proven',
    'Subscriptions that a push service has accepted a message for, or that were imported: those that are armed in idle time',
    ({ proven }) => proven,
  );
}
