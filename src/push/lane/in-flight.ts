import { MAX_CONCURRENCY } from './concurrency-limit.ts';
import { createFifo } from './fifo.ts';

/**
 * One attempt to send a message, as far as the lane's limit is concerned.
 *
 *     waiting ── begin ──► begun ── end ──► answered
 *                            │                  ▲
 *                        patience is over       │
 *                            └───► overdue ─ end ┘
 */
export interface Attempt {
  /** Undefined while it waits. */
  startedAt: number | undefined;
  state: 'waiting' | 'begun' | 'overdue' | 'answered';
}

/**
 * The attempts of a lane that are in flight. A few requests hang at any service (0.2% at FCM take ten seconds and more).
 * After a while they are overdue and no longer count against the limit, so that they do not fill the lane. If the service
 * answers nothing at all, overdue attempts count as well, because further requests would hang too.
 */
export interface InFlight {
  /** All of them. */
  readonly count: number;
  /** Those that count against the limit. */
  counted(): number;
  /** When the service will have been silent for too long if nothing more is heard. */
  readonly silentAt: number;
  readonly silent: boolean;
  begin(attempt: Attempt): void;
  end(attempt: Attempt): void;
  /** The service gave a sign of life. */
  heard(): void;
}

/**
 * @param now ms, monotonic
 * @param patience ms after which an attempt is overdue, and a service without any answer silent
 */
export function createInFlight(now: () => number, patience: number): InFlight {
  let count = 0;
  /** Oldest first. Answered attempts stay until they come to the front. */
  const begun = createFifo<Attempt>();
  let overdue = 0;
  let heardAt = 0;
  const isSilent = (): boolean => now() - heardAt >= patience;

  function markOverdue(): void {
    for (let head = begun.first; head !== undefined; head = begun.first) {
      const isOld = now() - (head.startedAt ?? 0) >= patience;
      if (head.state === 'begun' && !isOld) return;
      begun.shift();
      if (head.state !== 'begun') continue;
      head.state = 'overdue';
      overdue++;
    }
  }

  return {
    get count() {
      return count;
    },
    counted() {
      markOverdue();
      return isSilent() || count >= MAX_CONCURRENCY ? count : count - overdue;
    },
    get silentAt() {
      return heardAt + patience;
    },
    get silent() {
      return isSilent();
    },
    begin(attempt) {
      if (count === 0) heardAt = now();
      count++;
      attempt.startedAt = now();
      attempt.state = 'begun';
      begun.push(attempt);
    },
    end(attempt) {
      if (attempt.state === 'overdue') overdue--;
      attempt.state = 'answered';
      count--;
    },
    heard() {
      heardAt = now();
    },
  };
}
