import { Counter, type Metric, type MetricConfiguration } from 'prom-client';
import type { Metrics } from './metrics.ts';

/*
 * Metrics for what happens a hundred thousand times a second. prom-client looks for a value by its labels each time, which takes
 * a microsecond; here the caller keeps what it adds to, and a read of the metrics collects it.
 */

/** What a counter says for some labels. */
export interface Tally {
  count: number;
}

/** What a histogram says for some labels. */
export interface TimeTally {
  observe(value: number): void;
}

type Options = Pick<MetricConfiguration<string>, 'name' | 'help'> & { readonly metrics: Metrics };

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** @returns makes the tally of some labels. Call it once for each. */
export function openTallies<Label extends string>({
  name,
  help,
  labelNames,
  metrics,
}: Options & { readonly labelNames: readonly Label[] }): (labels: Labels<Label>) => Tally {
  const tallies: (readonly [Labels<Label>, Tally])[] = [];
  const counter: Counter<Label> = new Counter({
    name,
    help,
    labelNames,
    registers: [metrics],
    collect: () => {
      counter.reset();
      for (const [labels, { count }] of tallies) counter.inc(labels, count);
    },
  });
  return (labels) => {
    const tally = { count: 0 };
    tallies.push([labels, tally]);
    return tally;
  };
}

interface Series<Label extends string> {
  readonly labels: Labels<Label>;
  /** By bucket, and beyond the last one. */
  readonly counts: number[];
  sum: number;
}

/**
 * @param options.buckets upper bounds, rising
 * @returns makes the tally of some labels. Call it once for each.
 */
export function openTimeTallies<Label extends string = never>({
  name,
  help,
  buckets,
  metrics,
}: Options & { readonly buckets: readonly number[] }): (labels: Labels<Label>) => TimeTally {
  const all: Series<Label>[] = [];
  const about = { name, help, type: 'histogram', aggregator: 'sum' };
  const histogram = { ...about, get: () => Promise.resolve({ ...about, values: all.flatMap(valuesOf) }) };
  // A registry asks no more of a metric than this.
  metrics.registerMetric(histogram as unknown as Metric<Label>);

  function valuesOf({ labels, counts, sum }: Series<Label>): object[] {
    let count = 0;
    const bounds = [...buckets, '+Inf'].map((le, index) => {
      count += counts[index] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...bounds,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }

  return (labels) => {
    const series = { labels, counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 };
    all.push(series);
    return {
      observe: (value) => {
        let at = 0;
        while (at < buckets.length && value > (buckets[at] ?? 0)) at += 1;
        series.counts[at] = (series.counts[at] ?? 0) + 1;
        series.sum += value;
      },
    };
  };
}
