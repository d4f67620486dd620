import { URGENCIES } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import type { ReportStore } from '../report/report.ts';
import { DAY_MS, dayOf, lastDays } from './days.ts';
import type { Figures, Health } from './schema.ts';
import { summaryOf, summarySchema, type Summary } from './summaries.ts';

const SHOWN_ALERTS = 30;
/** Whose reports are read: those of a day have no summary yet. */
const MOST_LIVE = 100;

type Counted = Summary & Figures & { readonly id: string };

export interface HealthStore {
  read(): Promise<Health>;
  /** How many readers turned notifications off after each of these alerts. @returns in the same order */
  leavingsAfter(alerts: readonly { readonly id: string; readonly publishedMs: number }[]): Promise<number[]>;
}

/** How readers take the newsroom's alerts, from counters alone. @param deps.now milliseconds since the epoch */
export function createHealth(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'list' | 'get'>;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly now: () => number;
}): HealthStore {
  const { redis, now } = deps;

  async function readAll(names: readonly string[]): Promise<Record<string, string>[]> {
    const pipeline = redis.pipeline();
    for (const name of names) pipeline.hgetall(name);
    const answers = (await pipeline.exec()) ?? [];
    return answers.map(([error, fields]) => {
      if (error !== null) throw error;
      return fields as Record<string, string>;
    });
  }

  /** Of the last day, whose summaries are still to be kept. */
  async function live(): Promise<readonly (Summary & { readonly id: string })[]> {
    const { alerts } = await deps.alerts.list({
      view: 'published',
      topics: [],
      from: now() - DAY_MS,
      limit: MOST_LIVE,
    });
    const found = await Promise.all(
      alerts.map(async ({ id }) => {
        const [alert, report] = await Promise.all([deps.alerts.get(id, 1), deps.reports.get(id, 1)]);
        if (alert === undefined || report === undefined || report.audience === 0) return [];
        return [{ id, ...summaryOf(alert, report) }];
      }),
    );
    return found.flat();
  }

  async function counted(): Promise<Counted[]> {
    const [fresh, stored] = await Promise.all([live(), readAll(lastDays(now()).map(keys.healthAlerts))]);
    const fields: Record<string, string> = Object.assign({}, ...stored);
    const summaries = new Map<string, Summary>(fresh.map(({ id, ...summary }) => [id, summary]));
    for (const [id, text] of Object.entries(fields)) {
      if (!id.includes(':')) summaries.set(id, summarySchema.parse(JSON.parse(text)));
    }
    const after = (id: string, kind: 'left' | 'gone'): number => Number(fields[`${id}:${kind}`] ?? 0);
    return [...summaries]
      .map(([id, summary]) => ({ id, ...summary, left: after(id, 'left'), gone: after(id, 'gone') }))
      .sort((a, b) => b.publishedMs - a.publishedMs);
  }

  async function days(): Promise<Health['days']> {
    const names = lastDays(now());
    const all = await readAll(names.map(keys.healthDay));
    return names.map((day, index) => {
      const number = (field: string): number => Number(all[index]?.[field] ?? 0);
      return { day, optIns: number('optIns'), left: number('left'), gone: number('gone') };
    });
  }

  async function named(alerts: readonly Counted[]): Promise<Health['alerts']> {
    const rows = await Promise.all(
      alerts.map(async ({ id, publishedMs, ...figures }) => {
        const alert = await deps.alerts.get(id);
        if (alert === undefined) return [];
        const { headline, lang } = alert;
        return [
          { alertId: id, headline, lang, publishedAt: new Date(publishedMs).toISOString(), ...figures },
        ];
      }),
    );
    return rows.flat();
  }

  return {
    read: async () => {
      const [all, byDay] = await Promise.all([counted(), days()]);
      const topics = [...new Set(all.flatMap((one) => one.topics))].sort();
      return {
        days: byDay,
        alerts: await named(all.slice(0, SHOWN_ALERTS)),
        topics: topics.map((topic) => ({ topic, ...sumOf(all.filter((one) => one.topics.includes(topic))) })),
        urgencies: URGENCIES.map((urgency) => ({
          urgency,
          ...sumOf(all.filter((one) => one.urgency === urgency)),
        })),
      };
    },
    leavingsAfter: async (alerts) => {
      const pipeline = redis.pipeline();
      for (const { id, publishedMs } of alerts) {
        pipeline.hmget(keys.healthAlerts(dayOf(publishedMs)), `${id}:left`, `${id}:gone`);
      }
      const answers = (await pipeline.exec()) ?? [];
      return answers.map(([error, counts]) => {
        if (error !== null) throw error;
        return (counts as (string | null)[]).reduce((sum, one) => sum + Number(one ?? 0), 0);
      });
    },
  };
}

const FIGURES = ['audience', 'accepted', 'shown', 'opened', 'left', 'gone'] as const;

function sumOf(alerts: readonly Figures[]): Figures & { readonly alerts: number } {
  const sums = FIGURES.map((name) => [name, alerts.reduce((sum, one) => sum + one[name], 0)] as const);
  return { alerts: alerts.length, ...(Object.fromEntries(sums) as Figures) };
}
