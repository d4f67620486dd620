import type { AlertStatus } from '../alerts/schema.ts';

/** A delivery's outcome; `pending` until there is one. */
export const OUTCOMES = ['accepted', 'gone', 'rejected', 'failed', 'expired'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of one version. The outcomes always add up to `audience`. Times are ms since the version was accepted. */
export interface Report {
  readonly alertId: string;
  readonly version: number;
  readonly status: AlertStatus;
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

export interface ReportStore {
  /** Undefined when that version's fan-out has not begun. */
  get(alertId: string, version: number): Promise<Omit<Report, 'status'> | undefined>;
  /** A gateway tells to how many connections it wrote a version. */
  addConnections(alertId: string, version: number, connections: number): Promise<void>;
}
