import { groupBy } from './group-by.ts';
import { retryDelay } from './retry-delay.ts';
import { newRetryId, type Retry } from './retry.ts';
import { slotKey, slotsOf, type Slot } from './slots.ts';

/** A delivery that was tried, or could not be, and is to be tried again. */
export interface Again extends Slot, Pick<Retry, 'origin' | 'attempt' | 'waits'> {
  /** Not earlier than so many ms from now. */
  readonly afterMs: number;
}

/** The last attempt comes so long before the expiry, where the push service lets it. */
const LAST_CHANCE_MS = 5000;

/**
 * So many push services get retries of their own; there are four or five. Where there are more, a stranger has made them up
 * (`*.notify.windows.com` has any number of names), and those with less than this share of the deliveries go together.
 */
const OWN_RETRIES = 16;
const OWN_SHARE = 1 / 64;

/**
 * Puts deliveries to the same push service that have come equally far into one retry each, so that a service in trouble
 * makes few jobs. Those that may not be tried again before the alert expires are `expired`.
 */
export function groupRetries(
  again: readonly Again[],
  nowMs: number,
  expiresAtMs: number,
): { retries: Retry[]; expired: Slot[] } {
  const leftMs = expiresAtMs - nowMs;
  const inTime = again.filter(({ afterMs }) => afterMs < leftMs);
  const own = originsOfTheirOwn(inTime);
  const groups = groupBy(
    inTime.map((one) => (own.has(one.origin) ? one : { ...one, origin: '' })),
    ({ origin, attempt, waits, afterMs }) =>
      `${attempt} ${waits} ${Math.ceil(Math.log2(Math.max(1, afterMs)))} ${origin}`,
  );
  const retries = [...groups.values()].flatMap((group): Retry[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { origin, attempt, waits } = first;
    const afterMs = Math.max(...group.map((one) => one.afterMs));
    const wanted = retryDelay({ attempts: attempt, waits, afterMs });
    const delayMs = Math.min(wanted, Math.max(afterMs, leftMs - LAST_CHANCE_MS));
    const slots = slotsOf(group.map(({ shard, slot }) => slotKey(shard, slot)));
    return [{ id: newRetryId(), mark: 0, origin, attempt, waits, dueAtMs: nowMs + delayMs, slots }];
  });
  return { retries, expired: again.filter(({ afterMs }) => afterMs >= leftMs) };
}

function originsOfTheirOwn(again: readonly Again[]): ReadonlySet<string> {
  const byOrigin = [...groupBy(again, ({ origin }) => origin)];
  const least = byOrigin.length <= OWN_RETRIES ? 1 : again.length * OWN_SHARE;
  return new Set(byOrigin.filter(([, of]) => of.length >= least).map(([origin]) => origin));
}
