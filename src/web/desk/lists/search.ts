import { STATUSES, type AlertStatus } from '../../../alerts/schema.ts';
import { ownZone, timeOf } from '../writing/zoned-time.ts';

/** What an editor looks for in the history; what is empty does not count. */
export interface Search {
  readonly q: string;
  /** Days on the editor's own clock, `2026-11-29`; both are included. */
  readonly from: string;
  readonly to: string;
  /** Id of an editor. */
  readonly createdBy: string;
  readonly status: AlertStatus | '';
}

const NAMES = ['q', 'from', 'to', 'createdBy', 'status'] as const;

/** @param query of the page's address */
export function searchOf(query: string): Search {
  const given = new URLSearchParams(query);
  const text = (name: (typeof NAMES)[number]): string => given.get(name) ?? '';
  return {
    q: text('q'),
    from: text('from'),
    to: text('to'),
    createdBy: text('createdBy'),
    status: STATUSES.find((status) => status === given.get('status')) ?? '',
  };
}

/** As the page's address says it. */
export function addressOf(search: Search): string {
  const query = filled(NAMES.map((name) => [name, search[name].trim()]));
  return query === '' ? '#/history' : `#/history?${query}`;
}

/** As `GET /v1/alerts` takes it: a day is a span of time there. */
export function apiQueryOf({ q, from, to, createdBy, status }: Search): string {
  return filled([
    ['q', q.trim()],
    ['from', timeText(startOf(from))],
    ['to', timeText(startOf(dayAfter(to)), -1)],
    ['createdBy', createdBy],
    ['status', status],
  ]);
}

/** Where the clock goes forward at midnight, the day begins an hour later. */
const startOf = (day: string): number | undefined =>
  timeOf(`${day}T00:00`, ownZone()) ?? timeOf(`${day}T01:00`, ownZone());

const timeText = (ms: number | undefined, addedMs = 0): string =>
  ms === undefined ? '' : new Date(ms + addedMs).toISOString();

function dayAfter(day: string): string {
  const ms = Date.parse(`${day}T00:00Z`);
  return Number.isNaN(ms) ? '' : new Date(ms + 24 * 3_600_000).toISOString().slice(0, 10);
}

const filled = (pairs: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(
    pairs.filter(([, value]) => value !== '').map(([name, value]): [string, string] => [name, value]),
  ).toString();
