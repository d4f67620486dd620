import type { AlertStore } from '../../alerts/store.ts';
import type { ReportStore } from './report.ts';
import type { Recent } from './schema.ts';

const DAY_MS = 24 * 3_600_000;
/** A newsroom that sends more in a week has its answer. */
const MOST = 200;
const LAST = 10;

/**
 * Counts what readers had, so that an editor can judge whether one more is too many: push services slow down sites whose
 * alerts few open (docs/decisions/0033).
 * @param deps.now milliseconds since the epoch
 */
export function createRecent(deps: {
  readonly alerts: Pick<AlertStore, 'list'>;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly now: () => number;
}): (of: { topics: readonly string[]; lang: string }) => Promise<Recent> {
  return async ({ topics, lang }) => {
    const now = deps.now();
    const { alerts } = await deps.alerts.list({
      view: 'published',
      topics,
      lang,
      from: now - 7 * DAY_MS,
      limit: MOST,
    });
    const since = new Date(now - DAY_MS).toISOString();
    const reports = await Promise.all(alerts.slice(0, 2 * LAST).map(({ id }) => deps.reports.get(id, 1)));
    const last = reports.filter((report) => (report?.outcomes.accepted ?? 0) > 0).slice(0, LAST);
    return {
      today: alerts.filter(({ publishedAt }) => (publishedAt ?? '') > since).length,
      week: alerts.length,
      last: {
        accepted: last.reduce((sum, report) => sum + (report?.outcomes.accepted ?? 0), 0),
        opened: last.reduce((sum, report) => sum + (report?.receipts.opened ?? 0), 0),
      },
    };
  };
}
