import type { Alert } from '../../alerts/schema.ts';

/** How long a retraction stands in the bar, for those who saw what it takes back. */
const RETRACTION_MS = 20_000;
const MAX_ALERTS = 50;

/** Why nothing, or something else, is shown now. */
export type HideReason = 'dismissed' | 'expired' | 'retracted' | 'replaced';

/** Which alert the bar shows: the newest that has not expired and was not dismissed; a retraction of what was shown first. */
export interface Board {
  /** A version; an older one than is known changes nothing. */
  take(alert: Alert): void;
  /** What is current; everything else is forgotten. */
  reset(current: readonly Alert[]): void;
  /** What to show now, and whether it is news: a version that was shown before, and comes back, is not. */
  look(nowMs: number): { readonly alert: Alert | undefined; readonly isNews: boolean };
  /** Everything that could be shown, what is shown and what stands behind it. */
  current(nowMs: number): string[];
  /** Why this version, which was shown, no longer is. */
  reasonFor(last: Alert, nowMs: number): HideReason;
  /** When `look` may answer otherwise without anything new; undefined: never. */
  nextChangeMs(nowMs: number): number | undefined;
}

/** @param isDismissed asked anew at each look */
export function createBoard(isDismissed: (alertId: string) => boolean): Board {
  const alerts = new Map<string, Alert>();
  /** Alerts that were shown here, in which version, and until when their retraction is: it begins when it is first looked at. */
  const shown = new Map<string, number>();
  const retractedUntil = new Map<string, number>();

  function forget(id: string): void {
    alerts.delete(id);
    shown.delete(id);
    retractedUntil.delete(id);
  }

  function endMs(alert: Alert): number {
    if (alert.change !== 'retraction') return Date.parse(alert.expiresAt);
    return retractedUntil.get(alert.id) ?? Number.POSITIVE_INFINITY;
  }

  function isShowable(alert: Alert, nowMs: number): boolean {
    if (isDismissed(alert.id) || endMs(alert) <= nowMs) return false;
    return alert.change !== 'retraction' || shown.has(alert.id);
  }

  /** Retractions first, then by age: ids grow with the time of creation. */
  function compare(a: Alert, b: Alert): number {
    const [first, second] = [a, b].map(({ change }) => (change === 'retraction' ? 0 : 1));
    return (first ?? 0) - (second ?? 0) || (a.id < b.id ? 1 : -1);
  }

  const showable = (nowMs: number): Alert[] =>
    [...alerts.values()].filter((alert) => isShowable(alert, nowMs)).sort(compare);

  return {
    take: (alert) => {
      if ((alerts.get(alert.id)?.version ?? 0) >= alert.version) return;
      alerts.set(alert.id, alert);
      const oldest = [...alerts.keys()].sort((a, b) => (a < b ? -1 : 1));
      for (const id of oldest.slice(0, Math.max(0, alerts.size - MAX_ALERTS))) forget(id);
    },
    reset: (current) => {
      const ids = new Set(current.map((alert) => alert.id));
      for (const id of alerts.keys()) if (!ids.has(id)) forget(id);
      for (const alert of current) alerts.set(alert.id, alert);
    },
    look: (nowMs) => {
      const [top] = showable(nowMs);
      if (top === undefined) return { alert: undefined, isNews: false };
      const isNews = shown.get(top.id) !== top.version;
      shown.set(top.id, top.version);
      if (top.change === 'retraction' && !retractedUntil.has(top.id)) {
        retractedUntil.set(top.id, nowMs + RETRACTION_MS);
      }
      return { alert: top, isNews };
    },
    current: (nowMs) => showable(nowMs).map(({ id }) => id),
    reasonFor: (last, nowMs) => {
      const known = alerts.get(last.id);
      const alert = known ?? last;
      if (isDismissed(alert.id)) return 'dismissed';
      if (alert.change === 'retraction') return 'retracted';
      if (endMs(alert) <= nowMs) return 'expired';
      // What a reset forgets before its time was retracted.
      return known === undefined ? 'retracted' : 'replaced';
    },
    nextChangeMs: (nowMs) => {
      const ends = [...alerts.values()].map(endMs).filter((end) => end > nowMs && Number.isFinite(end));
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };
}
