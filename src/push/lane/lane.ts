import type { Logger } from '../../ops/logger.ts';
import { createCircuit, type Circuit, type Trouble } from './circuit.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import type { Provider } from '../endpoint/endpoint-policy.ts';
import { createFifo } from './fifo.ts';
import { createMessageHeaders } from './message-headers.ts';
import { DEFAULT_RETRY_AFTER } from '../outcome.ts';
import { createPlaces, type Guest } from './fair-turns.ts';
import type { LaneGauges } from '../sender-metrics.ts';
import { createThrottle } from './throttle.ts';
import type { PushAnswer, PushMessage, PushTarget, RetryReason, SendOrder } from '../types.ts';
import type { Vapid } from '../vapid/vapid-headers.ts';

/** One message on its way. */
export interface Job extends Guest {
  readonly target: PushTarget;
  readonly message: PushMessage;
  readonly order: SendOrder;
  readonly path: string;
  readonly lane: Lane;
  readonly resolve: (answer: PushAnswer) => void;
  readonly submittedAt: number;
}

/**
 * All that is kept of one origin, so that it shares nothing with the others: how much it gets at once, who waits for
 * it, whether it is left alone for a while.
 */
export interface Lane extends LaneGauges {
  readonly origin: string;
  readonly headers: ReturnType<typeof createMessageHeaders>;
  /** Nothing is under way or waits. */
  readonly idle: boolean;
  /** Starts the job, queues it (for a bounded time), or answers it immediately. */
  submit(job: Job): void;
  /** Frees the place of a job that has its answer, and learns from the answer. */
  settle(job: Job, answer: PushAnswer): void;
  /** Answers all waiting jobs of an order. */
  withdraw(order: SendOrder): void;
  /** Time in ms during which submitting more is useless; 0 if it is useful. */
  busyMs(): number;
  /** Answers all waiting jobs; jobs in flight continue. */
  close(): void;
}

/** Longest wait of a message for a free place, ms; then its caller learns that the service is saturated. */
const MAX_WAIT = 2000;
/** The same for a healthy service: then this machine is busy, and giving the message back would not help. */
const MAX_WAIT_HEALTHY = 10_000;
/**
 * Messages to unproven subscriptions of an origin that are under way at once. The limit rises on acceptances only, so that
 * a site whose readers are all new is served as fast as any, and strangers get few places.
 */
const UNPROVEN_AT_ONCE = { least: 8, most: 256 };
/** Most waiting messages of a rank; the lane answers the next one immediately. */
const MAX_WAITING = 16_384;
/** Interval for checking whether a lease was renewed, ms. */
const LEASE_LOOK = 20;
/** Longest pause of a whole service because of one `Retry-After`, ms. */
const MAX_PAUSE = 300_000;

/**
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
  const { origin, provider, regional, unproven, vapid, now, logger, start, finish } = deps;
  const limit = createConcurrencyLimit(now, unproven ? UNPROVEN_AT_ONCE : {});
  const throttle = createThrottle(now);
  const circuit = createCircuit({
    now,
    onChange: (state, cause) => {
      const level = levelOf(state, cause, unproven);
      logger[level]({ provider, origin, state, cause }, 'circuit to a push service');
    },
  });
  /** By rank: a lower one goes first. */
  const queues = [createFifo<Job>(), createFifo<Job>(), createFifo<Job>()] as const;
  const places = createPlaces(now, MAX_WAIT);
  let answered = 0;
  let probe: Job | undefined;
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = 0;

  function begin(job: Job): void {
    if (circuit.state === 'probing') probe = job;
    places.begin(job);
    if (!isAgain(job)) throttle.begun(limit.value);
    start(job);
  }

  const waiting = (): number => queues.reduce((sum, queue) => sum + queue.length, 0);

  const hasPlace = (): boolean => now() >= pausedUntil && places.taken() < limit.value;

  /** Its caller has to renew the lease first. All of a process have theirs from the same Redis, so nobody else waits in vain. */
  const isHeld = ({ order }: Job): boolean => order.leaseUntil !== undefined && now() >= order.leaseUntil;

  /** Whether the lane is full and has had no answer for a while. */
  const isStalled = (): boolean => places.silent && places.inFlight >= limit.value;

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

  const dueAt = (job: Job): number => job.submittedAt + (limit.healthy ? MAX_WAIT_HEALTHY : MAX_WAIT);

  function submit(job: Job): void {
    const queue = queues[job.order.rank];
    const full = queue.length >= MAX_WAITING;
    const answer = refusal() ?? (full ? notSent('saturated', DEFAULT_RETRY_AFTER) : undefined);
    if (answer !== undefined) return finish(job, answer);
    const mayBegin = circuit.state === 'probing' || (waiting() === 0 && hasPlace());
    if (mayBegin && !isHeld(job)) return begin(job);
    queue.push(job);
    wake();
  }

  /** Starts or answers waiting jobs: the lowest rank first, then in order of arrival. */
  function advance(): void {
    for (const queue of queues) {
      while (queue.first !== undefined && circuit.state === 'closed' && hasPlace() && !isHeld(queue.first)) {
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
    const heads = queues.flatMap((queue) => queue.first ?? []);
    if (heads.length === 0) return;
    const at = Math.min(
      ...heads.map(dueAt),
      Math.max(places.silentAt, now() + 100),
      pausedUntil > now() ? pausedUntil : Infinity,
      heads.some(isHeld) ? now() + LEASE_LOOK : Infinity,
    );
    if (timer !== undefined && wakeAt <= at) return;
    clearTimeout(timer);
    wakeAt = at;
    timer = setTimeout(
      () => {
        timer = undefined;
        advance();
      },
      Math.max(1, at - now()),
    );
  }

  function settle(job: Job, answer: PushAnswer): void {
    const time = now();
    const startedAt = job.startedAt ?? time;
    const failure = { startedAt, again: isAgain(job) };
    if (probe === job) probe = undefined;
    if (answer.type === 'retry' && answer.reason === 'stopped') {
      places.end(job);
      return advance(); // says nothing about the service
    }
    if (answer.type !== 'retry') {
      circuit.succeeded();
      if (unproven && answer.type !== 'accepted') limit.failed(startedAt);
      else limit.answered(time - startedAt, places.inFlight);
    } else if (answer.reason === 'unauthorized') {
      circuit.failed('unauthorized', failure);
      if (unproven) limit.failed(startedAt);
    } else if (answer.reason === 'throttled') {
      circuit.succeeded();
      if (unproven) limit.failed(startedAt);
      else if (!failure.again && throttle.refused(startedAt)) {
        limit.throttled(startedAt);
        pausedUntil = time + Math.min(answer.afterMs, MAX_PAUSE);
      }
    } else {
      limit.failed(startedAt);
      circuit.failed('unavailable', failure);
    }
    const reason = answer.type === 'retry' ? answer.reason : undefined;
    // A timeout is no sign of life.
    if (reason !== 'timeout') places.heard();
    if (reason !== 'timeout' && reason !== 'connection') answered++;
    places.end(job);
    advance();
  }

  return {
    origin,
    provider,
    regional,
    unproven,
    headers: createMessageHeaders({ origin, provider, vapid }),
    get inFlight() {
      return places.inFlight;
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
    get circuitOpen() {
      return circuit.state !== 'closed';
    },
    get idle() {
      return places.inFlight === 0 && waiting() === 0;
    },
    submit,
    settle,
    withdraw(order) {
      for (const job of queues[order.rank].take((job) => job.order === order)) {
        finish(job, notSent('stopped', DEFAULT_RETRY_AFTER));
      }
    },
    busyMs() {
      const answer = refusal();
      if (answer?.type === 'retry') return Math.max(1, answer.afterMs);
      // More than it serves while they may wait.
      return !limit.healthy && waiting() > 2 * limit.value ? DEFAULT_RETRY_AFTER : 0;
    },
    close() {
      clearTimeout(timer);
      for (const job of queues.flatMap((queue) => queue.take(() => true))) {
        finish(job, notSent('closing', DEFAULT_RETRY_AFTER));
      }
    },
  };
}

/** Whether the message has failed before, which says more about its subscription than about the service. */
const isAgain = (job: Job): boolean => job.order.again ?? false;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What strangers bring about wakes nobody. */
function levelOf(state: Circuit['state'], cause: Trouble | undefined, unproven: boolean): Level {
  if (unproven) return 'debug';
  if (state !== 'open') return 'info';
  return cause === 'unauthorized' ? 'error' : 'warn';
}

function notSent(reason: RetryReason, afterMs: number): PushAnswer {
  return { type: 'retry', afterMs: Math.ceil(afterMs), reason, attempted: false };
}
