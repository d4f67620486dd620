/**
 * The rate that a push service allows. Since January 2026 Chrome's takes as few as 1,000 messages a minute from a site that
 * sends much and is opened little, and answers 429 to the others
 * (https://developer.chrome.com/blog/web-push-rate-limits). Sending more only makes more refusals.
 *
 *     free ──── refused everything again and again for a minute ────► paced: as many a minute as it took in that minute
 *     paced ─── refused again ──────────────────────────────────────► paced: as many as it took in the last minute
 *     paced ─── no refusal for a while ─────────────────────────────► trying: twice as many
 *     trying ── refused ────────────────────────────────────────────► paced as before; the next try comes later
 *     trying ── no refusal for two minutes ─────────────────────────► trying: twice as many; free, if that is any number
 *
 * A process learns its own rate: together, those of all processes are what the service allows.
 */
export interface Pace {
  /** Messages that may start in a minute; undefined: any number. */
  readonly perMinute: number | undefined;
  /** ms until a message may start; 0: now. */
  waitMs(): number;
  /** How many messages start within so many ms. */
  within(ms: number): number;
  begun(): void;
  accepted(): void;
  /** The service refused everything for now. */
  refused(): void;
}

/** The rate is held so far below what the service took, ... */
const BELOW = 0.95;
/** ... and at this at least, or it could never be measured again. */
const LEAST_PER_MINUTE = 6;
/** A rate above this holds nobody up. */
const MOST_PER_MINUTE = 100_000;
const MINUTE_MS = 60_000;
/** Refusals further apart than this do not belong together, ms: a service may ask for a pause of five minutes. */
const SPELL_ENDS_MS = 6 * MINUTE_MS;
const FIRST_TRY_MS = 10 * MINUTE_MS;
const LONGEST_TRY_MS = 60 * MINUTE_MS;
const TRIAL_MS = 2 * MINUTE_MS;
/** So many ms' worth of messages may start at once: a timer is not exact. */
const BURST_MS = 100;

/**
 * @param now ms, monotonic
 * @param onChange called with each new rate, messages a minute; undefined: free again
 */
export function createPace(now: () => number, onChange: (perMinute: number | undefined) => void): Pace {
  const lastMinute = createMinute(now);
  let perMinute: number | undefined;
  /** The rate to go back to when a try is refused. */
  let known: number | undefined;
  let refusedSince: number | undefined;
  let refusedAt = -Infinity;
  let tryAt = Infinity;
  let tryAfter = FIRST_TRY_MS;
  let nextAt = 0;
  let setAt = -Infinity;

  function set(rate: number): void {
    perMinute = Math.max(LEAST_PER_MINUTE, Math.floor(rate));
    nextAt = Math.max(nextAt, now());
    setAt = now();
    onChange(perMinute);
  }

  const intervalMs = (rate: number): number => MINUTE_MS / rate;

  function tryMore(): void {
    if (perMinute === undefined || now() < tryAt) return;
    known ??= perMinute;
    tryAt = now() + TRIAL_MS;
    set(perMinute * 2);
    if (perMinute <= MOST_PER_MINUTE) return;
    perMinute = undefined;
    known = undefined;
    refusedSince = undefined;
    onChange(undefined);
  }

  return {
    get perMinute() {
      return perMinute;
    },
    waitMs() {
      if (perMinute === undefined) return 0;
      tryMore();
      return Math.max(0, nextAt - BURST_MS - now());
    },
    within: (ms) => (perMinute === undefined ? Infinity : Math.ceil(ms / intervalMs(perMinute))),
    begun() {
      if (perMinute !== undefined) nextAt = Math.max(nextAt, now()) + intervalMs(perMinute);
    },
    accepted: () => lastMinute.add(),
    refused() {
      const time = now();
      if (refusedSince === undefined || time - refusedAt > SPELL_ENDS_MS) refusedSince = time;
      refusedAt = time;
      const took = lastMinute.count();
      if (known !== undefined) {
        // It was a try: it says nothing new but that the rate before was right.
        tryAfter = Math.min(LONGEST_TRY_MS, tryAfter * 2);
        set(known);
        known = undefined;
      } else if (perMinute !== undefined) {
        // What the service took before this rate was known may still fill its minute.
        if (time - setAt < MINUTE_MS) return;
        // It may have taken nothing in the last minute because it had asked for a longer pause.
        set(Math.max(perMinute / 2, Math.min(perMinute, took) * BELOW));
      } else if (time - refusedSince >= MINUTE_MS && took > 0) {
        set(took * BELOW);
      }
      if (perMinute !== undefined) tryAt = time + tryAfter;
    },
  };
}

/** Counts what happened in the last minute, to the second. */
function createMinute(now: () => number): { add(): void; count(): number } {
  const seconds = new Uint32Array(60);
  let newest = 0;
  function moveOn(): number {
    const second = Math.floor(now() / 1000);
    for (let at = Math.max(newest + 1, second - 59); at <= second; at++) seconds[at % 60] = 0;
    newest = Math.max(newest, second);
    return second % 60;
  }
  return {
    add() {
      const at = moveOn();
      seconds[at] = (seconds[at] ?? 0) + 1;
    },
    count() {
      moveOn();
      return seconds.reduce((sum, some) => sum + some, 0);
    },
  };
}
