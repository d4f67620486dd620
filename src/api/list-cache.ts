import { createHash } from 'node:crypto';
import { toPublicAlert } from '../alerts/schema.ts';
import type { AlertQuery } from '../alerts/list.ts';
import type { AlertStore } from '../alerts/store.ts';

/** A page of the list as it is answered. */
export interface ListAnswer {
  readonly body: string;
  readonly etag: string;
}

/** The first pages of readers' lists. Each is made once for all readers who ask for it at the same time. */
export interface FirstPages {
  get(query: AlertQuery): Promise<ListAnswer>;
  /** This process has changed an alert. Readers see other processes' changes within {@link KEPT_MS}. */
  clear(): void;
}

const KEPT_MS = 1000;
/** Bound of the kept queries: strangers can make up any number. */
const MOST_KEPT = 50;

export function createFirstPages(deps: { alerts: Pick<AlertStore, 'list'>; now: () => number }): FirstPages {
  let kept = new Map<string, { readonly until: number; readonly answer: Promise<ListAnswer> }>();

  async function make(query: AlertQuery): Promise<ListAnswer> {
    const { alerts, next } = await deps.alerts.list(query);
    const body = JSON.stringify({ alerts: alerts.map(toPublicAlert), next: next ?? null });
    return { body, etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
  }

  return {
    get: (query) => {
      const name = JSON.stringify([query.topics, query.lang, query.story, query.limit]);
      const now = deps.now();
      const known = kept.get(name);
      if (known !== undefined && known.until > now) return known.answer;
      if (kept.size >= MOST_KEPT) kept = new Map();
      const answer = make(query);
      kept.set(name, { until: now + KEPT_MS, answer });
      answer.catch(() => kept.delete(name));
      return answer;
    },
    clear: () => {
      kept = new Map();
    },
  };
}
