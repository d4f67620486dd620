import { expect, test } from 'vitest';
import { bucketOf, curveOf, quantile } from '../../../../src/delivery/report/time-curve.ts';

function countsOf(times: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of times) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
  return counts;
}

test('a share is exact to 5%, and nothing seems later than the last', () => {
  const times = Array.from({ length: 1000 }, (_, index) => 900 + index * 3.4);
  const lastMs = Math.round(times.at(-1) ?? 0);
  const curve = curveOf(countsOf(times), lastMs);
  expect(curve.at(-1)).toEqual([lastMs, 1000]);
  for (const share of [0.5, 0.9, 0.99]) {
    const exact = times[share * 1000 - 1] ?? 0;
    const found = quantile(curve, share) ?? 0;
    expect(found).toBeGreaterThanOrEqual(Math.floor(exact));
    expect(found).toBeLessThanOrEqual(Math.min(lastMs, exact * 1.051));
  }
});

test('nothing counted is no time', () => {
  expect(quantile(curveOf(new Map(), Infinity), 0.5)).toBeNull();
});
