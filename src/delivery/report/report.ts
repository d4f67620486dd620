import type { AlertStatus } from '../../alerts/schema.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { curveOf, quantile } from './time-curve.ts';

/** A delivery's outcome; `pending` until there is one. */
export const OUTCOMES = ['accepted', 'gone', 'rejected', 'failed', 'expired'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The report of one version. The outcomes always add up to `audience`. Times are ms since the version was accepted. */
export interface Report {
  readonly alertId: string;
  readonly version: number;
  readonly status: AlertStatus;
  /** The version that replaced this one, of a `superseded` version; else null. */
  readonly supersededBy: number | null;
  readonly audience: number;
  readonly outcomes: Readonly<Record<Outcome | 'pending', number>>;
  readonly live: { readonly connections: number };
  readonly receipts: { readonly shown: number; readonly opened: number };
  readonly timing: {
    readonly firstMs: number | null;
    readonly p50Ms: number | null;
    readonly p90Ms: number | null;
    readonly p99Ms: number | null;
    readonly lastMs: number | null;
    /** Share of the audience accepted within 120 s, 0 to 1; null while the audience is empty. */
    readonly withinTwoMinutes: number | null;
  };
  /** Cumulative: `[ms, accepted by then]`, rising in both. */
  readonly curve: readonly (readonly [ms: number, accepted: number])[];
}

/** The counts of a version; the alert has its status and successor. */
export type DeliveryReport = Omit<Report, 'status' | 'supersededBy'>;

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
    },
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
