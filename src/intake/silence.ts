import { Gauge } from 'prom-client';
import type { ReadableHash } from '../editors/audited-hash.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Arrivals, Heard } from './arrivals.ts';
import type { Source, StoredSource } from './source.ts';

const MINUTE = 60_000;

/** Since when a source has been silent for longer than it says; null: it is not. Milliseconds since the epoch. */
export function silentSince(
  { silentMinutes }: Pick<Source, 'silentMinutes'>,
  heard: Heard | undefined,
  nowMs: number,
): number | null {
  const since = heard?.heardAt ?? heard?.addedAt ?? null;
  if (silentMinutes === undefined || since === null) return null;
  return nowMs - since > silentMinutes * MINUTE ? since : null;
}

/** Every server reports the same values: use the maximum, not the sum. */
export function tellSilence(
  metrics: Metrics,
  deps: {
    readonly sources: Pick<ReadableHash<StoredSource>, 'all'>;
    readonly arrivals: Pick<Arrivals, 'heard'>;
    readonly now: () => number;
  },
): void {
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_source_silent',
      help: '1: nothing has come from the source for longer than its silentMinutes; only sources that have this setting',
      labelNames: ['source'] as const,
      registers: [],
      async collect() {
        this.reset();
        // While Redis is away these are unknown, and a scrape shows the rest.
        const [all, heard] = await Promise.all([deps.sources.all(), deps.arrivals.heard()]).catch(
          () => [[], new Map<string, Heard>()] as const,
        );
        for (const [id, source] of all) {
          if (source.silentMinutes === undefined) continue;
          this.set({ source: id }, silentSince(source, heard.get(id), deps.now()) === null ? 0 : 1);
        }
      },
    }),
  );
}
