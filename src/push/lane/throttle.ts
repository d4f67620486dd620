/**
 * A 429 may concern the whole service or one subscription: Apple answers it for a device that gets too many messages, and
 * many subscriptions may belong to one device. The throttle decides which of the two it is.
 */
export interface Throttle {
  /** A message started that had not failed before. @param atOnce how many may be in flight */
  begun(atOnce: number): void;
  /** Such a message was answered 429. @returns whether the service means all messages */
  refused(startedAt: number): boolean;
}

/** Share of the recent messages: more than a stranger's subscriptions make up, less than a service in trouble refuses. */
const SHARE = 1 / 4;
/** How many messages are recent, or as many as may be in flight. */
const RECENT = 128;

/** @param now ms, on the clock of `startedAt` */
export function createThrottle(now: () => number): Throttle {
  let begun = 0;
  let refused = 0;
  let since = -Infinity;
  return {
    begun(atOnce) {
      if (begun >= Math.max(RECENT, atOnce)) {
        begun /= 2;
        refused /= 2;
      }
      begun++;
    },
    refused(startedAt) {
      if (startedAt <= since) return false; // it was in flight when the last pause began
      refused++;
      // One refusal never speaks for all: it may concern the only message that was sent.
      if (refused < 2 || refused <= SHARE * begun) return false;
      begun = 0;
      refused = 0;
      since = now();
      return true;
    },
  };
}
