/** The server's clock, as the `Date` of its answers tells it. */
export interface DateClock {
  /** ms since the epoch. */
  now(): number;
  /** @param date of an answer; null: it had none */
  heard(date: string | null): void;
}

/**
 * A `Date` is cut to whole seconds (RFC 9110, section 5.6.7), and its answer is under way for a while: what it tells is
 * always early, by another part of a second each time. The latest that was ever told is nearest to the truth.
 */
export function createDateClock(
  monotonic: () => number = () => performance.now(),
  wall: () => number = () => Date.now(),
): DateClock {
  let offsetMs: number | undefined;
  return {
    now: () => (offsetMs === undefined ? wall() : monotonic() + offsetMs),
    heard: (date) => {
      const told = Date.parse(date ?? '') - monotonic();
      if (!Number.isNaN(told)) offsetMs = Math.max(told, offsetMs ?? told);
    },
  };
}
