import { groupBy } from '../group-by.ts';
import { retryDelay } from './retry-delay.ts';
import { newRetryId, type Part, type Retry } from '../ledger/retry.ts';
import type { Service } from '../report/services.ts';
import type { Settled } from '../ledger/settled-bitmaps.ts';
import { slotKey, slotsOf, type Slot } from '../ledger/slots.ts';

/** A delivery that was tried, or could not be, and is to be tried again. */
export interface Again extends Slot, Pick<Retry, 'origin' | 'attempt' | 'waits' | 'mayHaveArrived'> {
  /** Undefined: not known. */
  readonly service?: Service | undefined;
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
 * makes few jobs. All are of one part of the audience. Those that may not be tried again before the alert expires are `expired`.
 */
export function groupRetries(
  again: readonly Again[],
  nowMs: number,
  expiresAtMs: number,
  part: Part = 'others',
): { retries: Retry[]; expired: Again[] } {
  const leftMs = expiresAtMs - nowMs;
  const inTime = again.filter(({ afterMs }) => afterMs < leftMs);
  const own = originsOfTheirOwn(inTime);
  const groups = groupBy(
    inTime.map((one) => (own.has(one.origin) ? one : { ...one, origin: '' })),
    ({ origin, attempt, waits, afterMs, mayHaveArrived = false }) =>
      `${attempt} ${waits} ${Math.ceil(Math.log2(Math.max(1, afterMs)))} ${mayHaveArrived} ${origin}`,
  );
  const retries = [...groups.values()].flatMap((group): Retry[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { origin, attempt, waits, mayHaveArrived = false } = first;
    const afterMs = Math.max(...group.map((one) => one.afterMs));
    const wanted = retryDelay({ attempts: attempt, waits, afterMs, part });
    const delayMs = Math.min(wanted, Math.max(afterMs, leftMs - LAST_CHANCE_MS));
    const slots = slotsOf(group.map(({ shard, slot }) => slotKey(shard, slot)));
    const dueAtMs = nowMs + delayMs;
    return [{ id: newRetryId(part), mark: 0, origin, attempt, waits, mayHaveArrived, dueAtMs, slots }];
  });
  return { retries, expired: again.filter(({ afterMs }) => afterMs >= leftMs) };
}

type Expired = Pick<Again, 'shard' | 'slot' | 'service' | 'mayHaveArrived'>;

/** @param ms since the version was accepted */
export function expiredAt({ shard, slot, service, mayHaveArrived = false }: Expired, ms: number): Settled {
  return { shard, slot, outcome: 'expired', service, ms, mayHaveArrived };
}

function originsOfTheirOwn(again: readonly Again[]): ReadonlySet<string> {
  const byOrigin = [...groupBy(again, ({ origin }) => origin)];
  const least = byOrigin.length <= OWN_RETRIES ? 1 : again.length * OWN_SHARE;
  return new Set(byOrigin.filter(([, of]) => of.length >= least).map(([origin]) => origin));
}
