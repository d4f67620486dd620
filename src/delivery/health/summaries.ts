import { z } from 'zod';
import { urgencySchema, type EditorAlert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import type { DeliveryReport, ReportStore } from '../report/report.ts';
import { dayOf, KEPT_SECONDS } from './days.ts';

/** A report is kept for a day after the alert's expiry. Until then nearly all receipts have come. */
const DUE_AFTER_MS = 20 * 3_600_000;
const AT_ONCE = 20;
/** Bounds what is kept of a day. */
const MOST_FIELDS_OF_A_DAY = 3000;

export const summarySchema = z.object({
  publishedMs: z.number(),
  urgency: urgencySchema,
  topics: z.array(z.string()),
  audience: z.number(),
  accepted: z.number(),
  shown: z.number(),
  opened: z.number(),
});
/** What came of an alert's first version, for as long as the page looks back. */
export type Summary = z.infer<typeof summarySchema>;

export interface Summaries {
  /** Has the summary of an alert kept, once its report is nearly at its end. A repetition is harmless. */
  expect(alertId: string): Promise<void>;
  /** Keeps the summaries that are due. A repetition is harmless. */
  settle(): Promise<void>;
}

/** @param deps.now milliseconds since the epoch */
export function createSummaries(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'get'>;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly now: () => number;
}): Summaries {
  const { redis, now } = deps;

  async function keep(id: string): Promise<void> {
    const [alert, report] = await Promise.all([deps.alerts.get(id, 1), deps.reports.get(id, 1)]);
    if (alert === undefined || report === undefined || report.audience === 0) return;
    const summary = summaryOf(alert, report);
    const key = keys.healthAlerts(dayOf(summary.publishedMs));
    if ((await redis.hlen(key)) >= MOST_FIELDS_OF_A_DAY) return;
    await redis.multi().hset(key, id, JSON.stringify(summary)).expire(key, KEPT_SECONDS).exec();
  }

  return {
    expect: async (alertId) => {
      await redis.zadd(keys.healthDue, 'NX', now() + DUE_AFTER_MS, alertId);
    },
    settle: async () => {
      const due = await redis.zrangebyscore(keys.healthDue, '-inf', now(), 'LIMIT', 0, AT_ONCE);
      if (due.length === 0) return;
      await Promise.all(due.map(keep));
      await redis.zrem(keys.healthDue, ...due);
    },
  };
}

export function summaryOf(
  { publishedAt, createdAt, urgency, topics }: EditorAlert,
  { audience, outcomes, receipts }: DeliveryReport,
): Summary {
  return {
    publishedMs: Date.parse(publishedAt ?? createdAt),
    urgency,
    topics: [...topics],
    audience,
    accepted: outcomes.accepted,
    shown: receipts.shown,
    opened: receipts.opened,
  };
}
