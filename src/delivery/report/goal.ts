import { z } from 'zod';
import { URGENCIES, urgencySchema, type Urgency } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { TWO_MINUTES_MS } from '../ledger/settled-bitmaps.ts';
import type { ReportStore } from './report.ts';

/** The newsroom's goal: this share of an alert's accepted deliveries has left within this time. */
export const GOAL = { share: 0.9, withinMs: TWO_MINUTES_MS } as const;

const DAYS = 30;
const DAY_MS = 24 * 3_600_000;
/** Of a day and an urgency: bounds what is kept, and what a look reads. */
const MOST_OF_A_DAY = 1000;

const ofUrgencySchema = z.strictObject({
  alerts: z.number().int().describe('Versions that were sent to somebody; each counts as an alert'),
  metShare: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Share of them that met the goal; null: none was sent'),
  medianMs: z.number().nullable().describe('Median time until the share had left'),
  worstMs: z.number().nullable(),
});

/** The goal over the last 30 days, by urgency. */
export const goalSchema = z.strictObject({
  share: z.literal(GOAL.share),
  withinMs: z.literal(GOAL.withinMs),
  days: z.literal(DAYS),
  urgencies: z.record(urgencySchema, ofUrgencySchema),
});
export type Goal = z.infer<typeof goalSchema>;

interface VersionId {
  readonly alertId: string;
  readonly version: number;
}

export interface GoalStore {
  /** Keeps how fast a finished version was. A repetition is harmless. */
  note(version: VersionId): Promise<void>;
  read(): Promise<Goal>;
}

export function createGoalStore(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'get'>;
  readonly reports: Pick<ReportStore, 'get'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): GoalStore {
  const { redis, now } = deps;
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

  async function timesOf(urgency: Urgency): Promise<number[]> {
    const pipeline = redis.pipeline();
    for (let day = 0; day < DAYS; day += 1) {
      pipeline.hvals(keys.goal(urgency, dayOf(now() - day * DAY_MS)));
    }
    const answers = (await pipeline.exec()) ?? [];
    return answers
      .flatMap(([error, values]) => {
        if (error !== null) throw error;
        return (values as string[]).map(Number);
      })
      .sort((a, b) => a - b);
  }

  return {
    note: async ({ alertId, version }) => {
      const [alert, report] = await Promise.all([
        deps.alerts.get(alertId, version),
        deps.reports.get(alertId, version),
      ]);
      // The curve's own 90 %: of the deliveries that were accepted.
      const ms = report?.timing.p90Ms ?? null;
      if (alert === undefined || alert.status === 'aborted' || ms === null) return;
      const key = keys.goal(alert.urgency, dayOf(Date.parse(alert.publishedAt ?? alert.createdAt)));
      if ((await redis.hlen(key)) >= MOST_OF_A_DAY) return;
      await redis
        .multi()
        .hset(key, `${alertId}:${version}`, ms)
        .expire(key, ((DAYS + 1) * DAY_MS) / 1000)
        .exec();
    },
    read: async () => {
      const times = await Promise.all(URGENCIES.map(timesOf));
      const urgencies = Object.fromEntries(
        URGENCIES.map((urgency, index) => [urgency, summaryOf(times[index] ?? [])]),
      ) as Goal['urgencies'];
      return { share: GOAL.share, withinMs: GOAL.withinMs, days: DAYS, urgencies };
    },
  };
}

/** @param times rising */
function summaryOf(times: readonly number[]): z.infer<typeof ofUrgencySchema> {
  const met = times.filter((ms) => ms <= GOAL.withinMs).length;
  return {
    alerts: times.length,
    metShare: times.length === 0 ? null : met / times.length,
    medianMs: times[Math.floor((times.length - 1) / 2)] ?? null,
    worstMs: times.at(-1) ?? null,
  };
}
