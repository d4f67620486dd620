import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import type { Outcome } from './outcomes.ts';
import type { Report } from './schema.ts';
import { SERVICES } from './services.ts';
import { curveOf, quantile } from './time-curve.ts';

/** The counts of a version; the alert has its status and successor. */
export type DeliveryReport = Omit<Report, 'status' | 'supersededBy' | 'silent' | 'paced'>;

export interface ReportStore {
  /** Undefined when that version's fan-out has not begun. */
  get(alertId: string, version: number): Promise<DeliveryReport | undefined>;
  /** A gateway tells to how many connections it wrote a version. */
  addConnections(alertId: string, version: number, connections: number): Promise<void>;
}

export function createReportStore(redis: Redis): ReportStore {
  return {
    get: async (alertId, version) => {
      const fields = await redis.hgetall(keys.report(alertId, version));
      return fields['acceptedAt'] === undefined ? undefined : readReport(alertId, version, fields);
    },
    addConnections: async (alertId, version, connections) => {
      const report = keys.report(alertId, version);
      await redis
        .multi()
        .hincrby(report, 'live', connections)
        .expire(report, DEFAULT_LIFE_SECONDS, 'NX')
        .exec();
    },
  };
}

/** A version's gateways may tell of their connections before its fan-out has set how long the report is kept. */
const DEFAULT_LIFE_SECONDS = 8 * 24 * 3600;

/** Of a version whose fan-out has not begun. */
export const emptyReport = (alertId: string, version: number): DeliveryReport =>
  readReport(alertId, version, {});

function servicesIn(number: (name: string) => number): DeliveryReport['services'] {
  const counted = SERVICES.map((service) => {
    const of = (outcome: Outcome): number => number(`p:${service}:${outcome}`);
    return {
      service,
      outcomes: {
        accepted: of('accepted'),
        gone: of('gone'),
        rejected: of('rejected'),
        failed: of('failed'),
        expired: of('expired'),
        held: of('held-quiet') + of('held-cap'),
      },
    };
  });
  const sum = ({ outcomes }: (typeof counted)[number]): number =>
    Object.values(outcomes).reduce((all, some) => all + some, 0);
  return counted.filter((one) => sum(one) > 0).sort((a, b) => sum(b) - sum(a));
}

function readReport(alertId: string, version: number, fields: Record<string, string>): DeliveryReport {
  const number = (name: string): number => Number(fields[name] ?? 0);
  const time = (name: string): number | null => (fields[name] === undefined ? null : Number(fields[name]));
  const lastMs = time('last');
  const counts = Object.entries(fields)
    .filter(([name]) => name.startsWith('t:'))
    .map(([name, count]): [number, number] => [Number(name.slice(2)), Number(count)]);
  const curve = curveOf(new Map(counts), lastMs ?? Infinity);
  const audience = number('audience');
  return {
    alertId,
    version,
    audience,
    outcomes: {
      pending: audience - number('settled'),
      accepted: number('o:accepted'),
      gone: number('o:gone'),
      rejected: number('o:rejected'),
      failed: number('o:failed'),
      expired: number('o:expired'),
      held: number('o:held-quiet') + number('o:held-cap'),
    },
    services: servicesIn(number),
    held: { quiet: number('o:held-quiet'), cap: number('o:held-cap') },
    live: { connections: number('live') },
    receipts: { shown: number('shown'), opened: number('opened') },
    timing: {
      firstMs: time('first'),
      p50Ms: quantile(curve, 0.5),
      p90Ms: quantile(curve, 0.9),
      p99Ms: quantile(curve, 0.99),
      lastMs,
      withinTwoMinutes: audience === 0 ? null : number('early') / audience,
    },
    curve,
  };
}
