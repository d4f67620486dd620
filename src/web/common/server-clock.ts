/** The server's clock, as far as a page knows it. */
export interface ServerClock {
  /** ms since the epoch. */
  now(): number;
  /** The server has just told its time. @param serverMs ms since the epoch; NaN: it did not tell it */
  set(serverMs: number): void;
}

/**
 * A device's clock may be wrong by hours and may jump. It counts only until the server has told its time; from then on the
 * time runs by a clock that does not jump (High Resolution Time, `performance.now`).
 */
export function createServerClock(
  monotonic: () => number = () => performance.now(),
  wall: () => number = () => Date.now(),
): ServerClock {
  let offsetMs: number | undefined;
  return {
    now: () => (offsetMs === undefined ? wall() : monotonic() + offsetMs),
    set: (serverMs) => {
      if (!Number.isNaN(serverMs)) offsetMs = serverMs - monotonic();
    },
  };
}
