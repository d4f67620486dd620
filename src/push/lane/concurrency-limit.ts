/** How many requests may be in flight to a push service. It adapts to the answers of the service. */
export interface ConcurrencyLimit {
  readonly value: number;
  /**
   * Nothing has lowered it for ten seconds, and answers come within a second: waiting messages wait for our own
   * machine.
   */
  readonly healthy: boolean;
  /**
   * An answer came in time, whatever it says.
   * @param latencyMs from the start of the request
   * @param inFlight requests in flight when it came: the limit grows only while it is what holds messages back
   */
  answered(latencyMs: number, inFlight: number): void;
  /** A 5xx, a timeout or a broken connection. */
  failed(startedAt: number): void;
  /** The service asked for less of everything. */
  throttled(startedAt: number): void;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const START = 32;
export const MAX_CONCURRENCY = 1000;
/** Failures above this share of a round halve the limit. Single failures are usual at any service. */
const FAILURE_SHARE = 0.05;
/**
 * Failures do not lower the limit below this while most requests are answered. Where one in ten fails however little we
 * send, a lower limit helps nobody, and with a limit of one a request that hangs would hold up all others.
 */
const FAILURE_FLOOR = 16;
/** Weight of each answer in the running share of failures. */
const MEMORY = 1 / 32;
/** The limit stops growing when answers take this much longer than the quickest, ms, or twice as long if that is more. */
const SLACK = 50;

const HEALTHY_AFTER = 10_000;
const HEALTHY_LATENCY = 1000;

/**
 * Slow increase and quick decrease, as in TCP (RFC 5681): the limit doubles at first, then grows by an eighth after each
 * fast round (`value` answers), and halves after trouble. It halves once for all requests that were in flight by then.
 * @param now ms, on the clock of `startedAt`
 * @param bounds the limit stays within them
 */
export function createConcurrencyLimit(now: () => number, bounds: Partial<Bounds> = {}): ConcurrencyLimit {
  const { least, most } = { least: 1, most: MAX_CONCURRENCY, ...bounds };
  let value = START;
  let settled = false; // true from the first trouble on, which ends the doubling
  let lowered = -Infinity;
  let baseline = Infinity;
  let latency = Infinity; // the last round's mean
  let failing = 0; // running share of failures
  let round = { answers: 0, failures: 0, sum: 0, min: Infinity, full: false };
  const newRound = (): void => {
    round = { answers: 0, failures: 0, sum: 0, min: Infinity, full: false };
  };

  function lower(startedAt: number, floor: number): void {
    if (startedAt < lowered) return;
    lowered = now();
    settled = true;
    value = Math.max(Math.min(floor, value), Math.floor(value / 2), least);
    newRound();
  }

  function endRound(): void {
    const { sum, answers, min, full } = round;
    latency = sum / answers;
    // The baseline rises slowly, so that one quick answer does not stop the growth for ever.
    baseline = min < baseline ? min : baseline + (min - baseline) / 16;
    if (full && latency <= baseline + Math.max(SLACK, baseline)) {
      value = Math.min(most, settled ? value + Math.ceil(value / 8) : value * 2);
    }
    newRound();
  }

  return {
    get value() {
      return value;
    },
    get healthy() {
      return latency < HEALTHY_LATENCY && now() - lowered >= HEALTHY_AFTER;
    },
    answered(latencyMs, inFlight) {
      failing -= failing * MEMORY;
      round.answers++;
      round.sum += latencyMs;
      round.min = Math.min(round.min, latencyMs);
      round.full ||= inFlight >= value;
      if (round.answers >= value) endRound();
    },
    failed(startedAt) {
      failing += (1 - failing) * MEMORY;
      round.failures++;
      if (round.failures > FAILURE_SHARE * value) lower(startedAt, failing > 0.5 ? 1 : FAILURE_FLOOR);
    },
    throttled: (startedAt) => lower(startedAt, 1),
  };
}
