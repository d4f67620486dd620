import type { Urgency } from '../../../alerts/schema.ts';

/** As `GET /v1/sources` gives it. */
export interface Source {
  readonly id: string;
  readonly type: string;
  readonly mode: 'draft' | 'send';
  readonly lang: string;
  readonly topics: Readonly<Record<string, string | null>>;
  readonly urgencies: Readonly<Partial<Record<string, Urgency | null>>>;
  readonly silentMinutes?: number;
  /** Of a `ghost`. */
  readonly unpublished?: 'leave' | 'retract';
  /** Of a `cap`. */
  readonly certificate?: string;
  /** Of a `feed`, as the next ones. A `ghost` has a mark, too. */
  readonly url?: string;
  readonly mark?: string | null;
  readonly everySeconds?: number;
  readonly maxAgeMinutes?: number;
  readonly state: SourceState;
}

export interface SourceState {
  readonly heardAt: string | null;
  readonly silentSince: string | null;
  readonly feed: {
    readonly answeredAt: string | null;
    readonly nextAt: string | null;
    readonly fault: string | null;
    readonly isGone: boolean;
    readonly movedTo: string | null;
    readonly hub: {
      readonly url: string;
      readonly until: string | null;
      readonly fault: string | null;
    } | null;
  } | null;
}
