import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Metrics } from '../../../src/ops/metrics.ts';
import { openTallies, openTimeTallies } from '../../../src/ops/tally.ts';

const ABOUT = { name: 'ajil_test', help: 'What is counted' } as const;
const BUCKETS = [0.1, 0.5, 1];
const VALUES = [0, 0.1, 0.100001, 0.5, 0.7, 1, 1.5, 100];

/** The metric as a scrape shows it, and as processes hand it to each other. */
async function shown(metrics: Metrics): Promise<{ text: string; json: unknown }> {
  const found = (await metrics.getMetricsAsJSON()).find(({ name }) => name === ABOUT.name);
  // We have no exemplars.
  const json: unknown = JSON.parse(
    JSON.stringify(found, (key, value: unknown) => (key === 'exemplar' ? undefined : value)),
  );
  return { text: await metrics.getSingleMetricAsString(ABOUT.name), json };
}

test('tallies are shown as a counter of prom-client is', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const tallyOf = openTallies({ ...ABOUT, labelNames: ['to', 'outcome'], metrics: ours });
  const counter = new Counter({ ...ABOUT, labelNames: ['to', 'outcome'], registers: [theirs] });
  const [good, bad] = [tallyOf({ to: 'a', outcome: 'good' }), tallyOf({ to: 'b', outcome: 'bad' })];
  for (let round = 0; round < 3; round += 1) {
    good.count += 1;
    bad.count += 2;
    counter.inc({ to: 'a', outcome: 'good' });
    counter.inc({ to: 'b', outcome: 'bad' }, 2);
    expect(await shown(ours)).toEqual(await shown(theirs));
  }
});

test.each([
  ['with labels', ['to'] as const, [{ to: 'a' }, { to: 'b' }]],
  ['without labels', [] as const, [{}]],
])('time tallies %s are shown as a histogram of prom-client is', async (_, labelNames, series) => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const tallyOf = openTimeTallies<string>({ ...ABOUT, buckets: BUCKETS, metrics: ours });
  const histogram = new Histogram<string>({ ...ABOUT, labelNames, buckets: BUCKETS, registers: [theirs] });
  for (const labels of series) {
    const tally = tallyOf(labels);
    for (const value of VALUES) {
      tally.observe(value);
      histogram.observe(labels, value);
    }
  }
  expect(await shown(ours)).toEqual(await shown(theirs));
});
