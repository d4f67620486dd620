import type { Keyings } from '../../audience/keyings.ts';
import type { SubscriptionStore } from '../../audience/subscriptions.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { HealthStore } from '../health/health.ts';
import type { PacedService } from './paced-services.ts';
import type { DeliveryReport, ReportStore } from './report.ts';
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
  readonly alerts: Pick<AlertStore, 'list' | 'get'>;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly health: Pick<HealthStore, 'leavingsAfter'>;
  readonly pacedServices: () => Promise<readonly PacedService[]>;
  readonly keyings: Pick<Keyings, 'armed'>;
  readonly subscriptions: Pick<SubscriptionStore, 'standings'>;
  readonly now: () => number;
}): (of: { topics: readonly string[]; lang: string }) => Promise<Recent> {
  /** Of the first versions, whose day a later version does not tell. */
  async function leftAfter(last: readonly DeliveryReport[]): Promise<number> {
    const first = await Promise.all(last.map(({ alertId }) => deps.alerts.get(alertId, 1)));
    const published = first.flatMap((alert) =>
      alert === undefined
        ? []
        : [{ id: alert.id, publishedMs: Date.parse(alert.publishedAt ?? alert.createdAt) }],
    );
    const counts = await deps.health.leavingsAfter(published);
    return counts.reduce((sum, count) => sum + count, 0);
  }

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
    const last = reports
      .flatMap((report) => (report !== undefined && report.outcomes.accepted > 0 ? [report] : []))
      .slice(0, LAST);
    const [left, paced, armed, { proven }] = await Promise.all([
      leftAfter(last),
      deps.pacedServices(),
      deps.keyings.armed(),
      deps.subscriptions.standings(),
    ]);
    return {
      today: alerts.filter(({ publishedAt }) => (publishedAt ?? '') > since).length,
      week: alerts.length,
      last: {
        accepted: last.reduce((sum, { outcomes }) => sum + outcomes.accepted, 0),
        opened: last.reduce((sum, { receipts }) => sum + receipts.opened, 0),
        left,
      },
      paced: [...paced],
      ready: { armed, proven },
    };
  };
}
