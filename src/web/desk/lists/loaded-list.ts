import type { EditorAlert } from '../../../alerts/schema.ts';
import type { AlertPage, ProblemDetails } from '../answers.ts';
import type { Client } from '../client.ts';

const PAGE = 12;
/** The API's bound. */
const MOST = 100;

/** The alerts of one query, page after page. */
export interface LoadedList {
  /** Undefined: not loaded yet. */
  readonly alerts: readonly EditorAlert[] | undefined;
  readonly hasMore: boolean;
  /** Why the server refused the query. */
  readonly problem: ProblemDetails | undefined;
  /** Whether the last answer came. */
  readonly isFresh: boolean;
  /** Loads again what is shown. */
  refresh(): Promise<void>;
  more(): Promise<void>;
}

/** @param query of `GET /v1/alerts`, without `limit` and `before` @param onChange called after each change */
export function createLoadedList(client: Client, query: string, onChange: () => void): LoadedList {
  let alerts: readonly EditorAlert[] | undefined;
  let next: string | null = null;
  let problem: ProblemDetails | undefined;
  let isFresh = true;
  let asked = 0;

  /** Late answers to earlier questions are dropped. */
  async function ask(limit: number, before: readonly EditorAlert[], from: string | null): Promise<void> {
    const mine = ++asked;
    const place = from === null ? '' : `&before=${from}`;
    const answer = await client.call<AlertPage>(`/v1/alerts?limit=${limit}${place}${query && `&${query}`}`);
    if (mine !== asked) return;
    // Readers are answered too: without what editors see, the session is over, which the next step of the editor will tell.
    isFresh = answer.type === 'done' && answer.body.alerts.every((alert) => 'createdBy' in alert);
    problem = answer.type === 'refused' ? answer.problem : undefined;
    if (isFresh && answer.type === 'done') {
      alerts = [...before, ...answer.body.alerts];
      next = answer.body.next;
    }
    onChange();
  }

  return {
    get alerts() {
      return alerts;
    },
    get hasMore() {
      return next !== null;
    },
    get problem() {
      return problem;
    },
    get isFresh() {
      return isFresh;
    },
    refresh: () => ask(Math.min(MOST, Math.max(PAGE, alerts?.length ?? 0)), [], null),
    more: () => ask(PAGE, alerts ?? [], next),
  };
}
