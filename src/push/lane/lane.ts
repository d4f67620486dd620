import type { Logger } from '../../ops/logger.ts';
import { createLoggedCircuit } from './circuit-log.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import type { Provider } from '../endpoint/endpoint-policy.ts';
import { createFifo, type Fifo } from './fifo.ts';
import { createMessageHeaders } from './message-headers.ts';
import { DEFAULT_RETRY_AFTER } from '../outcome.ts';
import { createInFlight } from './in-flight.ts';
import { isAgain, type Job, type Lane } from './job.ts';
import { learn } from './lessons.ts';
import { createLoggedPace } from './logged-pace.ts';
import { createThrottle } from './throttle.ts';
import { RANKS, type PushAnswer, type Rank, type RetryReason } from '../types.ts';
import type { Vapid } from '../vapid/vapid-headers.ts';

/** Longest wait of a message for room in the lane, ms. Then its caller learns that the service is saturated. */
const MAX_WAIT = 2000;
/** The same while the service is healthy: this machine is the busy one, and giving the message back would not help. */
const MAX_WAIT_HEALTHY = 10_000;
/**
 * Limit of messages in flight to the unproven subscriptions of an origin. Only acceptances raise it: a site whose readers are
 * all new is served as fast as any, and strangers get little.
 */
const UNPROVEN_AT_ONCE = { least: 8, most: 256 };
/** Most waiting messages of a rank; the lane answers the next one immediately. */
const MAX_WAITING = 16_384;
/** Interval for checking whether a lease was renewed, ms. */
const LEASE_LOOK = 20;
const LAST_RANK = RANKS.length - 1;
/**
 * A job is answered at once, waits, or is in flight:
 *
 *     submit ─┬─ the service takes nothing, or too many wait ──────────────► finish (not sent)
 *             ├─ there is room ───────────────► start ── settle
 *             └─ waiting ─┬─ room, by rank ───► start ── settle
 *                         └─ withdrawn, closed, waited too long, the service takes nothing ─► finish (not sent)
 *
 * The lane takes nothing while its circuit is open, while a probe is in flight, during a long pause (`Retry-After`), and
 * while it is full of requests that the service does not answer. A job whose lease has run out waits until it is renewed.
 *
 * @param deps.now ms, monotonic
 * @param deps.start is given each job whose turn it is
 * @param deps.finish is given each job that is answered without having been started
 */
export function createLane(deps: {
  origin: string;
  provider: Provider;
  regional: boolean;
  unproven: boolean;
  vapid: Vapid;
  now: () => number;
  logger: Logger;
  start: (job: Job) => void;
  finish: (job: Job, answer: PushAnswer) => void;
}): Lane {
  const { origin, provider, regional, unproven, vapid, logger, start, finish } = deps;
  /** The clock is asked once a call: all that the call decides, it decides at the same time. */
  let time = deps.now();
  const now = (): number => time;
  const look = (): void => void (time = deps.now());
  const limit = createConcurrencyLimit(now, unproven ? UNPROVEN_AT_ONCE : {});
  const throttle = createThrottle(now);
  const pace = createLoggedPace({ now, logger, provider, origin });
  const circuit = createLoggedCircuit({ now, logger, provider, origin, unproven });
  /** By rank: a lower one goes first. */
  const queues = RANKS.map(() => createFifo<Job>());
  const inFlight = createInFlight(now, MAX_WAIT);
  let answered = 0;
  let probe: Job | undefined;
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = 0;

  function begin(job: Job): void {
    if (circuit.state === 'probing') probe = job;
    inFlight.begin(job);
    if (!isAgain(job)) throttle.begun(limit.value);
    pace.begun();
    start(job);
  }

  /** @param most of this rank and those that go before it */
  function waiting(most: number = LAST_RANK): number {
    let sum = 0;
    for (let rank = 0; rank <= most; rank++) sum += queues[rank]?.length ?? 0;
    return sum;
  }

  const hasRoom = (): boolean =>
    now() >= pausedUntil && inFlight.counted() < limit.value && pace.waitMs() === 0;

  /** More wait already than the service takes while a message may wait: so no message need be read, or come, for it. */
  const isBehind = (rank: Rank): boolean =>
    pace.perMinute !== undefined && waiting(rank) >= pace.within(MAX_WAIT);

  /** The caller must renew the lease first. All leases of a process come from one Redis, so no other job waits in vain. */
  const isHeld = ({ order }: Job): boolean => order.leaseUntil !== undefined && now() >= order.leaseUntil;

  /** The lane is full and has had no answer for a while. */
  const isStalled = (): boolean => inFlight.silent && inFlight.count >= limit.value;

  /** Why a job that cannot start now should not even wait. */
  function refusal(): PushAnswer | undefined {
    const { state } = circuit;
    if (state === 'open') return notSent('circuit-open', circuit.waitMs());
    if (state === 'probing' && probe !== undefined) return notSent('circuit-open', DEFAULT_RETRY_AFTER);
    const pause = pausedUntil - now();
    if (pause > MAX_WAIT) return notSent('throttled', pause);
    if (isStalled()) return notSent('saturated', DEFAULT_RETRY_AFTER);
    return undefined;
  }

  const isOurs = (): boolean => limit.healthy && pace.perMinute === undefined;

  const dueAt = (job: Job): number => job.submittedAt + (isOurs() ? MAX_WAIT_HEALTHY : MAX_WAIT);

  function submit(job: Job): void {
    look();
    const { rank } = job.order;
    const queue = queues[rank] as Fifo<Job>;
    const full = queue.length >= MAX_WAITING || isBehind(rank);
    const answer = refusal() ?? (full ? notSent('saturated', DEFAULT_RETRY_AFTER) : undefined);
    if (answer !== undefined) return finish(job, answer);
    const mayBegin = circuit.state === 'probing' || (waiting() === 0 && hasRoom());
    if (mayBegin && !isHeld(job)) return begin(job);
    queue.push(job);
    // Only the first of a queue decides when the lane wakes.
    if (queue.first === job) wake();
  }

  /** Starts or answers waiting jobs: the lowest rank first, then in order of arrival. */
  function advance(): void {
    for (const queue of queues) {
      while (queue.first !== undefined && circuit.state === 'closed' && hasRoom() && !isHeld(queue.first)) {
        begin(queue.shift() as Job);
      }
    }
    for (const queue of queues) {
      for (let head = queue.first; head !== undefined; head = queue.first) {
        const answer =
          refusal() ?? (now() >= dueAt(head) ? notSent('saturated', DEFAULT_RETRY_AFTER) : undefined);
        if (answer === undefined) break;
        queue.shift();
        finish(head, answer);
      }
    }
    wake();
  }

  /** One timer for the lane: the next moment at which something changes without an answer. */
  function wake(): void {
    let at = Infinity;
    let held = false;
    for (const { first } of queues) {
      if (first === undefined) continue;
      at = Math.min(at, dueAt(first));
      held ||= isHeld(first);
    }
    if (at === Infinity) return;
    at = Math.min(at, Math.max(inFlight.silentAt, time + 100));
    if (pausedUntil > time) at = Math.min(at, pausedUntil);
    if (pace.perMinute !== undefined) at = Math.min(at, time + pace.waitMs());
    if (held) at = Math.min(at, time + LEASE_LOOK);
    if (timer !== undefined && wakeAt <= at) return;
    clearTimeout(timer);
    wakeAt = at;
    timer = setTimeout(
      () => {
        timer = undefined;
        look();
        advance();
      },
      Math.max(1, at - time),
    );
  }

  function settle(job: Job, answer: PushAnswer): void {
    look();
    const startedAt = job.startedAt ?? time;
    if (probe === job) probe = undefined;
    const reason = answer.type === 'retry' ? answer.reason : undefined;
    // A message that its caller stopped says nothing about the service.
    if (reason !== 'stopped') {
      const attempt = {
        startedAt,
        latencyMs: time - startedAt,
        again: isAgain(job),
        inFlight: inFlight.count,
      };
      const pauseMs = learn({ limit, circuit, throttle, pace, unproven }, attempt, answer);
      if (pauseMs > 0) pausedUntil = time + pauseMs;
      // A timeout is no sign of life.
      if (reason !== 'timeout') inFlight.heard();
      if (reason !== 'timeout' && reason !== 'connection') answered++;
    }
    inFlight.end(job);
    advance();
  }

  return {
    origin,
    provider,
    regional,
    unproven,
    headers: createMessageHeaders({ origin, provider, vapid }),
    get inFlight() {
      return inFlight.count;
    },
    get waiting() {
      return waiting();
    },
    get limit() {
      return limit.value;
    },
    get answered() {
      return answered;
    },
    get perMinute() {
      return pace.perMinute;
    },
    get circuitOpen() {
      look();
      return circuit.state !== 'closed';
    },
    get idle() {
      return inFlight.count === 0 && waiting() === 0;
    },
    submit,
    settle,
    withdraw(order) {
      for (const job of (queues[order.rank] as Fifo<Job>).take((job) => job.order === order)) {
        finish(job, notSent('stopped', DEFAULT_RETRY_AFTER));
      }
    },
    busyMs(rank) {
      look();
      const answer = refusal();
      if (answer?.type === 'retry') return Math.max(1, answer.afterMs);
      if (isBehind(rank)) return DEFAULT_RETRY_AFTER;
      // More wait than it serves before they have waited too long.
      return !isOurs() && waiting(rank) > 2 * limit.value ? DEFAULT_RETRY_AFTER : 0;
    },
    close() {
      clearTimeout(timer);
      for (const job of queues.flatMap((queue) => queue.take(() => true))) {
        finish(job, notSent('closing', DEFAULT_RETRY_AFTER));
      }
    },
  };
}

function notSent(reason: RetryReason, afterMs: number): PushAnswer {
  return { type: 'retry', afterMs: Math.ceil(afterMs), reason, attempted: false };
}
