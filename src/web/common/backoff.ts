/** Half a second on average, then doubling: a restart's readers are back within a moment, yet spread. */
const FIRST_MS = 1000;
/** A reader whom the gateway has once taken must not wait longer for an alert than this. */
export const MOST_MS = 30_000;
/** One whom it never took may be a site that is not allowed to open the line: a browser cannot tell, so do not hammer. */
export const MOST_NEVER_CONNECTED_MS = 5 * 60_000;

/**
 * How long to wait before connecting again, ms: exponential with full jitter, so that those whom one restart cut off do
 * not all come back at once.
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
