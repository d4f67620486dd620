import type { Alert } from '../../../alerts/schema.ts';
import { noteVisit, readVisit } from '../../subscription/notes.ts';
import { findMissed } from './find-missed.ts';
import { firstPublishedMs } from './missed.ts';

/** What the reader has not seen: alerts that no notification showed since the last visit, and those that came behind their back. */
export interface Unread {
  readonly missed: readonly Alert[];
  /** For the page's title. */
  readonly count: number;
  has(alertId: string): boolean;
  /** An alert has just come. */
  take(alert: Alert): void;
  /** The line cannot say what came: a missed alert may have been retracted meanwhile. */
  reset(): void;
  /** The reader has seen what was missed. */
  dismiss(): void;
  close(): void;
}

interface UnreadDeps {
  /** The server's clock, ms since the epoch. */
  readonly now: () => number;
  readonly language: () => string;
  readonly onChange: () => void;
}

type Badge = Navigator & { clearAppBadge?: () => Promise<void> };

export function createUnread({ now, language, onChange }: UnreadDeps): Unread {
  let missed: readonly Alert[] = [];
  /** Came while the page was hidden. */
  const behind = new Set<string>();
  let isTitled = false;
  /** The page's clock may be behind by as long as the server's time took to come: what was seen counts as well. */
  let seenMs = 0;
  const ended = new AbortController();

  /** The reader is here: what came until now counts as seen from the next visit on. */
  function visit(): void {
    void noteVisit({ atMs: Math.max(now(), seenMs), deviceMs: Date.now(), language: language() });
    void (navigator as Badge).clearAppBadge?.().catch(() => undefined);
  }

  function onVisibility(): void {
    if (document.hidden) behind.clear();
    isTitled = false;
    visit();
    onChange();
  }

  document.addEventListener('visibilitychange', onVisibility, { signal: ended.signal });
  const lastVisit = readVisit();
  async function look(): Promise<void> {
    const found = await findMissed((await lastVisit)?.atMs);
    ({ missed } = found);
    seenMs = Math.max(seenMs, found.untilMs);
    visit();
    onChange();
  }
  // What could not be looked for is looked for at the next visit.
  look().catch(() => undefined);

  return {
    get missed() {
      return missed;
    },
    get count() {
      return missed.length + (isTitled ? behind.size : 0);
    },
    has: (alertId) => behind.has(alertId) || missed.some(({ id }) => id === alertId),
    take: (alert) => {
      missed = missed.flatMap((known) => (known.id === alert.id ? current(alert) : known));
      if (!document.hidden) {
        seenMs = Math.max(seenMs, firstPublishedMs(alert));
        return visit();
      }
      if (alert.silent) return;
      behind.add(alert.id);
      isTitled = true;
    },
    reset: () => {
      if (missed.length > 0) look().catch(() => undefined);
    },
    dismiss: () => {
      missed = [];
      onChange();
    },
    close: () => ended.abort(),
  };
}

/** A retracted alert is not shown as missed. */
const current = (alert: Alert): readonly Alert[] => (alert.change === 'retraction' ? [] : [alert]);
