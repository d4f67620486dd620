/** The number of requests in flight to a push service. It adapts to the answers of the service. */
export interface ConcurrencyLimit {
  readonly value: number;
  /** Nothing has lowered it for ten seconds, and answers come within a second: who waits, waits for our own machine. */
  readonly healthy: boolean;
  /**
   * An answer came in time, whatever it says.
   * @param latencyMs from the start of the request
   * @param inFlight requests under way when it came: the limit grows only where it is what holds us
   */
  answered(latencyMs: number, inFlight: number): void;
  /** A 5xx, a timeout or a broken connection. */
  failed(startedAt: number): void;
  /** The service asked for less, whoever it is for. */
  throttled(startedAt: number): void;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const START = 32;
export const MAX_CONCURRENCY = 1000;
/** Failures of a round above this share halve the limit; single ones are usual at any service. */
const FAILURE_SHARE = 0.05;
/**
 * Failures do not lower the limit below it while most requests are answered: where one in ten fails however little we
 * send, going lower helps nobody, and with a single place one request that hangs would hold up all others.
 */
const FAILURE_FLOOR = 16;
/** Weight of each answer in the running share of failures. */
const MEMORY = 1 / 32;
/** Answers may take so much longer than the quickest, ms or (if more) as much again, before the limit stops growing. */
const SLACK = 50;

const HEALTHY_AFTER = 10_000;
const HEALTHY_LATENCY = 1000;

/**
 * Additive increase, multiplicative decrease, as TCP has it (RFC 5681): doubling at first, then an eighth more after
 * each round (`value` answers) that was fast, half after trouble; once for all requests that were under way by then.
 * @param now ms, the clock that `startedAt` is of
 * @param bounds it stays within them
 */
export function createConcurrencyLimit(now: () => number, bounds: Partial<Bounds> = {}): ConcurrencyLimit {
  const { least, most } = { least: 1, most: MAX_CONCURRENCY, ...bounds };
  let value = START;
  let settled = false; // the first trouble ends the doubling
  let lowered = -Infinity;
  let baseline = Infinity;
  let latency = Infinity; // mean of the last round
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
    // Follows a rising floor slowly, so that one quick answer does not stop the growth for ever.
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
