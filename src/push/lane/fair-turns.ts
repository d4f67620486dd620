import { MAX_CONCURRENCY } from './concurrency-limit.ts';
import { createFifo } from './fifo.ts';

/** A request as far as places are concerned. */
export interface Guest {
  /** Undefined while it waits. */
  startedAt: number | undefined;
  state: 'waiting' | 'begun' | 'overdue' | 'answered';
}

/**
 * Who holds a place in a lane. A few requests that hang (0.2% at FCM take ten seconds and more) hold none after a while,
 * so that they do not fill the lane; if nothing at all is answered they do, because then more would hang as well.
 */
export interface Places {
  /** Requests under way, with a place or without. */
  readonly inFlight: number;
  taken(): number;
  /** When it will have been silent for too long if nothing more is heard. */
  readonly silentAt: number;
  readonly silent: boolean;
  begin(guest: Guest): void;
  end(guest: Guest): void;
  /** A sign of life. */
  heard(): void;
}

/**
 * @param now ms, monotonic
 * @param patience ms after which a request is overdue, and a service without any answer silent
 */
export function createPlaces(now: () => number, patience: number): Places {
  let inFlight = 0;
  /** Those under way, oldest first; answered ones stay until they come to the front. */
  const begun = createFifo<Guest>();
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
    get inFlight() {
      return inFlight;
    },
    taken() {
      markOverdue();
      return isSilent() || inFlight >= MAX_CONCURRENCY ? inFlight : inFlight - overdue;
    },
    get silentAt() {
      return heardAt + patience;
    },
    get silent() {
      return isSilent();
    },
    begin(guest) {
      if (inFlight === 0) heardAt = now();
      inFlight++;
      guest.startedAt = now();
      guest.state = 'begun';
      begun.push(guest);
    },
    end(guest) {
      if (guest.state === 'overdue') overdue--;
      guest.state = 'answered';
      inFlight--;
    },
    heard() {
      heardAt = now();
    },
  };
}
