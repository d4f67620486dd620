/** Times since acceptance, counted in buckets that each reach 5% further: a share is exact to 5%, in few counters. */
const GROWTH = Math.log(1.05);

/** The bucket of a time in ms. */
export function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(Math.log(ms) / GROWTH);
}

/** The longest time of a bucket, ms. */
export function bucketEnd(bucket: number): number {
  return Math.round(Math.exp(bucket * GROWTH));
}

/**
 * Cumulative counts by time, from counts by bucket.
 * @param lastMs the longest time that was counted: a bucket reaches further, and nothing may seem later than the last
 */
export function curveOf(
  counts: ReadonlyMap<number, number>,
  lastMs: number,
): [ms: number, accepted: number][] {
  let sum = 0;
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => [Math.min(bucketEnd(bucket), lastMs), (sum += count)]);
}

/** The time by which `share` (0 to 1) of the counted deliveries had come, ms; null if none was counted. */
export function quantile(curve: readonly (readonly [number, number])[], share: number): number | null {
  const total = curve.at(-1)?.[1] ?? 0;
  return curve.find(([, count]) => count >= total * share)?.[0] ?? null;
}
