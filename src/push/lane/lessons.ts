import type { Circuit } from './circuit.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { Pace } from './pace.ts';
import type { Throttle } from './throttle.ts';
import type { PushAnswer } from '../types.ts';

/** Longest pause of a whole service because of one `Retry-After`, ms. */
const MAX_PAUSE = 300_000;

/** What a lane knows of its push service. */
interface Knowledge {
  readonly limit: ConcurrencyLimit;
  readonly circuit: Circuit;
  readonly throttle: Throttle;
  readonly pace: Pace;
  /**
   * The lane's subscriptions have never been accepted. Strangers can make up any number of them, so only acceptances
   * raise the limit, and one refusal speaks for no other subscription.
   */
  readonly unproven: boolean;
}

/**
 * Learns from the answer to one message.
 * @param attempt.startedAt ms, the clock of the limit
 * @param attempt.again the message has failed before
 * @param attempt.inFlight messages in flight when the answer came
 * @returns for how long the whole service must get nothing, ms
 */
export function learn(
  { limit, circuit, throttle, pace, unproven }: Knowledge,
  attempt: { startedAt: number; latencyMs: number; again: boolean; inFlight: number },
  answer: PushAnswer,
): number {
  const { startedAt, again } = attempt;
  if (answer.type !== 'retry') {
    circuit.succeeded();
    if (unproven && answer.type !== 'accepted') limit.failed(startedAt);
    else limit.answered(attempt.latencyMs, attempt.inFlight);
    if (answer.type === 'accepted') pace.accepted();
    return 0;
  }
  if (answer.reason === 'throttled') {
    circuit.succeeded();
    if (unproven) limit.failed(startedAt);
    else if (!again && throttle.refused(startedAt)) {
      limit.throttled(startedAt);
      pace.refused();
      return Math.min(answer.afterMs, MAX_PAUSE);
    }
    return 0;
  }
  if (answer.reason === 'unauthorized') {
    circuit.failed('unauthorized', { startedAt, again });
    if (unproven) limit.failed(startedAt);
    return 0;
  }
  limit.failed(startedAt);
  circuit.failed('unavailable', { startedAt, again });
  return 0;
}
