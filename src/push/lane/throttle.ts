/**
 * Tells a push service that asks us for less (429) from one that says so of single subscriptions: Apple does of a device
 * that gets too many messages, and many subscriptions may lead to one device.
 */
export interface Throttle {
  /** A message was started that had not failed before. @param atOnce how many may be under way */
  begun(atOnce: number): void;
  /** One of these was answered 429. @returns whether that was one too many: the service means all of them */
  refused(startedAt: number): boolean;
}

/** Of the messages begun lately: more than a stranger's subscriptions are, less than a service in trouble refuses. */
const SHARE = 1 / 4;
/** Messages that "lately" means, or as many as may be under way. */
const LATELY = 128;

/** @param now ms, the clock that `startedAt` is of */
export function createThrottle(now: () => number): Throttle {
  let begun = 0;
  let refused = 0;
  let since = -Infinity;
  return {
    begun(atOnce) {
      if (begun >= Math.max(LATELY, atOnce)) {
        begun /= 2;
        refused /= 2;
      }
      begun++;
    },
    refused(startedAt) {
      if (startedAt <= since) return false; // was under way when the service was understood
      refused++;
      // One alone never speaks for all: it may be the only one that was sent.
      if (refused < 2 || refused <= SHARE * begun) return false;
      begun = 0;
      refused = 0;
      since = now();
      return true;
    },
  };
}
