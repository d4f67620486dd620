/** Of one alert, ms from the moment before the POST. */
export interface Measured {
  readonly accepted: number;
  readonly liveFirst: number;
  readonly liveLast: number;
  readonly pushFirst: number;
  readonly pushLast: number;
}

const ROWS: Record<keyof Measured, string> = {
  accepted: '201 received',
  liveFirst: 'first open page',
  liveLast: 'last open page',
  pushFirst: 'first push at its service',
  pushLast: 'last push at its service',
};

/** @param share 0.5 for the median; the nearest rank, ms with one digit */
export function quantile(measured: readonly Measured[], field: keyof Measured, share: number): number {
  const sorted = measured.map((one) => one[field]).sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
  return Number((sorted[Math.max(0, rank)] ?? 0).toFixed(1));
}

export function table(measured: readonly Measured[]): string {
  const rows = (Object.keys(ROWS) as (keyof Measured)[]).map((field) => {
    const at = (share: number): string => quantile(measured, field, share).toFixed(1);
    return `| ${ROWS[field]} | ${at(0)} | ${at(0.5)} | ${at(0.9)} | ${at(0.99)} | ${at(1)} |`;
  });
  return [
    '| ms until | least | p50 | p90 | p99 | most |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
