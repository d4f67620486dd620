/** The server's clock, as far as a page knows it. */
export interface ServerClock {
  /** ms since the epoch. */
  now(): number;
  /** The server has just said its time. @param serverMs ms since the epoch; not a number: it did not */
  set(serverMs: number): void;
}

/**
 * A device's own clock may be wrong by hours and may jump: it is believed only until the server has said the time, which
 * then runs on by a clock that does not jump (High Resolution Time, `performance.now`).
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
