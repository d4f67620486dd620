import type { Alert } from '../../alerts/schema.ts';

/** The alerts that a page knows: the newest version of each. A value; every function gives a new one. */
export interface AlertBook {
  /** Newest alert first. */
  readonly alerts: readonly Alert[];
  /** Ids that the gateway no longer counted as current when it could not replay what was missed. */
  readonly passed: ReadonlySet<string>;
}

/** Bounds a page that stays open for weeks; older alerts are asked for when they are wanted. */
const KEPT = 500;

export const EMPTY_BOOK: AlertBook = { alerts: [], passed: new Set() };

/** Takes alerts in; an older version never replaces a newer one. */
export function take(book: AlertBook, more: readonly Alert[]): AlertBook {
  const latest = new Map(book.alerts.map((alert) => [alert.id, alert]));
  const passed = new Set(book.passed);
  for (const alert of more) {
    if ((latest.get(alert.id)?.version ?? 0) >= alert.version) continue;
    latest.set(alert.id, alert);
    passed.delete(alert.id);
  }
  // Ids sort as the times do.
  const alerts = [...latest.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, KEPT);
  return { alerts, passed };
}

/** After a gap that could not be replayed only these are known to be current. */
export function keepCurrent(book: AlertBook, current: readonly Alert[]): AlertBook {
  const ids = new Set(current.map((alert) => alert.id));
  const passed = new Set(book.alerts.map((alert) => alert.id).filter((id) => !ids.has(id)));
  return take({ ...book, passed }, current);
}

/**
 * The newest page of the server's list is the truth about all that it covers; what came while it was under way stays.
 * @param reachesBack whether there are older alerts than these on the server
 */
export function refresh(book: AlertBook, recent: readonly Alert[], reachesBack: boolean): AlertBook {
  const oldest = reachesBack ? (recent.at(-1)?.id ?? '') : '';
  const alerts = book.alerts.filter((alert) => alert.id > oldest);
  const listed = new Set(recent.map((alert) => alert.id));
  return take({ alerts, passed: new Set([...book.passed].filter((id) => !listed.has(id))) }, recent);
}

/** What belongs into the red bar: the newest alert that is loud, not retracted and not yet stale. */
export function breakingOf(book: AlertBook, nowMs: number): Alert | undefined {
  return book.alerts.find(
    (alert) =>
      alert.change !== 'retraction' &&
      alert.urgency !== 'normal' &&
      Date.parse(alert.expiresAt) > nowMs &&
      !book.passed.has(alert.id),
  );
}
