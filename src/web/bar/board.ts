import type { Alert } from '../../alerts/schema.ts';
import { isAnnounced } from '../../alerts/silent.ts';

/** How long the bar shows a retraction to readers who saw the retracted alert. */
const RETRACTION_MS = 20_000;
const MAX_ALERTS = 50;

/** Why the bar stopped showing an alert. */
export type HideReason = 'dismissed' | 'expired' | 'retracted' | 'replaced';

/** Chooses the bar's alert: a retraction of a shown alert, otherwise the newest that is neither expired nor dismissed. */
export interface Board {
  /** Takes a version. A version older than the known one changes nothing. */
  take(alert: Alert): void;
  /** Takes all current alerts, and forgets all others. */
  reset(current: readonly Alert[]): void;
  /** The alert to show now, and whether it is news: a version that was shown before is not, nor a silent one after it. */
  look(nowMs: number): { readonly alert: Alert | undefined; readonly isNews: boolean };
  /** Ids of all alerts that could be shown: the shown one, and those behind it. */
  current(nowMs: number): string[];
  /** Why this version is no longer shown. */
  reasonFor(last: Alert, nowMs: number): HideReason;
  /** The time at which `look` may answer differently although nothing came; undefined: never. */
  nextChangeMs(nowMs: number): number | undefined;
}

/** @param isDismissed called at each look */
export function createBoard(isDismissed: (alertId: string) => boolean): Board {
  const alerts = new Map<string, Alert>();
  /** The shown version of each shown alert, and the end of its retraction, whose time begins at the first look. */
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
      const seen = shown.get(top.id) ?? 0;
      const isNews = seen !== top.version && isAnnounced(top, seen);
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
      // An alert that a reset forgets before its expiry was retracted.
      return known === undefined ? 'retracted' : 'replaced';
    },
    nextChangeMs: (nowMs) => {
      const ends = [...alerts.values()].map(endMs).filter((end) => end > nowMs && Number.isFinite(end));
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };
}
