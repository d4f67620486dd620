import type { Alert } from '../../alerts/schema.ts';

/** The alerts that a page knows: the newest version of each. It is a value: every function returns a new one. */
export interface AlertBook {
  /** Newest alert first. */
  readonly alerts: readonly Alert[];
}

/** Bounds the memory of a page that stays open for weeks. The reader can load older alerts again. */
const KEPT = 500;

export const EMPTY_BOOK: AlertBook = { alerts: [] };

/** Takes alerts in; an older version never replaces a newer one. */
export function take(book: AlertBook, more: readonly Alert[]): AlertBook {
  const latest = new Map(book.alerts.map((alert) => [alert.id, alert]));
  for (const alert of more) {
    if ((latest.get(alert.id)?.version ?? 0) >= alert.version) continue;
    latest.set(alert.id, alert);
  }
  // Ids sort by the time of creation.
  const alerts = [...latest.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, KEPT);
  return { alerts };
}

/**
 * Takes the newest page of the server's list, which is right about the time that it covers. Alerts that came meanwhile stay.
 * @param reachesBack whether there are older alerts than these on the server
 */
export function refresh(book: AlertBook, recent: readonly Alert[], reachesBack: boolean): AlertBook {
  const oldest = reachesBack ? (recent.at(-1)?.id ?? '') : '';
  const alerts = book.alerts.filter((alert) => alert.id > oldest);
  return take({ alerts }, recent);
}
