/** The mean of the first wait is half a second, then it doubles: after a restart readers come back soon, yet spread. */
const FIRST_MS = 1000;
/** A reader who had a line before waits no longer than this for the next alert. */
export const MOST_MS = 30_000;
/** A page that never had a line may belong to a site that is not allowed. A browser cannot tell, so the page waits longer. */
export const MOST_NEVER_CONNECTED_MS = 5 * 60_000;

/**
 * The wait before the next connection, ms: exponential with full jitter, so that the readers of one restarted server do not
 * all come back at once.
 * @param failures connections that failed in a row
 * @param mostMs bound of the wait
 */
export function reconnectDelay(
  failures: number,
  random: () => number = Math.random,
  mostMs: number = MOST_MS,
): number {
  return random() * Math.min(mostMs, FIRST_MS * 2 ** Math.min(failures, 20));
}
