import type { Alert } from '../../alerts/schema.ts';
import type { FrontPageData, PublicConfig } from '../../pages/common/front-page-data.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { EMPTY_BOOK, refresh, take, type AlertBook } from './alert-book.ts';
import { loadAlerts, loadConfig } from './loading.ts';

/** The reader page's news: all alerts that came, and the list of the section that is shown. */
export interface News {
  readonly config: PublicConfig | undefined;
  /** The section that is shown; undefined: all. */
  readonly topic: string | undefined;
  /** The list, newest first. */
  readonly alerts: readonly Alert[];
  /** The server's name for the page after the list; null: there is none. */
  readonly next: string | null;
  /** The list is loading, could not be loaded (the page keeps trying), or has been loaded. */
  readonly state: 'loading' | 'failed' | 'ready';
  /** Loads the list until that succeeds, in place of an earlier attempt. */
  load(): void;
  /** Tries again now. */
  hurry(): void;
  /** Shows another section. */
  open(topic: string | undefined): void;
  /** Adds the page after the list. False if another section was opened meanwhile. @throws when it could not be loaded */
  loadOlder(): Promise<boolean>;
  /** Takes a version that has just come. */
  take(alert: Alert): void;
  /**
   * The live line sent the current alerts, because it could not send the missed versions. Retracted alerts are not among
   * them, and a list that was loaded before, also at the start, may still show them as true. So the list is loaded again.
   */
  reset(current: readonly Alert[]): void;
  close(): void;
}

/** @param first the data that the server wrote the page from @param onChange called after each change */
export function createNews(first: FrontPageData | undefined, onChange: () => void): News {
  let config = first?.config;
  let topic = first?.topic ?? undefined;
  let listed: AlertBook = take(EMPTY_BOOK, first?.alerts ?? []);
  /** Of every section. */
  let known: AlertBook = take(EMPTY_BOOK, first?.breaking ?? []);
  let next = first?.next ?? null;
  let state: News['state'] = first === undefined ? 'loading' : 'ready';
  let loading: Persistence | undefined;

  const belongs = (alert: Alert): boolean => topic === undefined || alert.topics.includes(topic);

  function load(): void {
    loading?.stop();
    const asked = topic;
    loading = persist(
      async (signal) => {
        const [loaded, page] = await Promise.all([
          config ?? loadConfig(signal),
          loadAlerts(asked, { signal }),
        ]);
        config = loaded;
        listed = refresh(listed, page.alerts, page.next !== null);
        known = take(known, page.alerts);
        next = page.next;
        state = 'ready';
        onChange();
      },
      () => {
        state = listed.alerts.length > 0 ? 'ready' : 'failed';
        onChange();
      },
    );
  }

  return {
    get config() {
      return config;
    },
    get topic() {
      return topic;
    },
    get alerts() {
      return listed.alerts;
    },
    get next() {
      return next;
    },
    get state() {
      return state;
    },
    load,
    hurry: () => loading?.hurry(),
    open: (chosen) => {
      topic = chosen;
      listed = take(EMPTY_BOOK, known.alerts.filter(belongs));
      next = null;
      state = 'loading';
      load();
      onChange();
    },
    loadOlder: async () => {
      const asked = topic;
      if (next === null) return false;
      const page = await loadAlerts(asked, { before: next });
      if (asked !== topic) return false;
      listed = take(listed, page.alerts);
      next = page.next;
      onChange();
      return true;
    },
    take: (alert) => {
      known = take(known, [alert]);
      const isListed = listed.alerts.some(({ id }) => id === alert.id);
      if (isListed || belongs(alert)) listed = take(listed, [alert]);
      onChange();
    },
    reset: (current) => {
      known = take(known, current);
      listed = take(listed, current.filter(belongs));
      load();
      onChange();
    },
    close: () => loading?.stop(),
  };
}
