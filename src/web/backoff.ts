const FIRST_MS = 1000;
const MOST_MS = 30_000;

/**
 * How long to wait before connecting again, ms: exponential with full jitter, so that those whom one restart cut off do
 * not all come back at once.
 * @param failures connections that failed in a row
 */
export function reconnectDelay(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}
