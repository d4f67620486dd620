import type { Alert, Urgency } from '../../alerts/schema.ts';

/** `GET /v1/config`, as far as the reader page needs it. */
export interface PublicConfig {
  readonly vapidPublicKey: string;
  readonly topics: readonly Topic[];
  readonly languages: readonly string[];
  readonly urgencies: readonly Urgency[];
}

export interface Topic {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly default: boolean;
}

/** What the server made the reader page of, for the page's script to go on with. */
export interface FrontPageData {
  readonly config: PublicConfig;
  /** The section that is shown; null: all. */
  readonly topic: string | null;
  readonly alerts: readonly Alert[];
  readonly next: string | null;
  /** What is loud and has not expired, of every section. */
  readonly breaking: readonly Alert[];
  /** The server's clock, ms since the epoch. */
  readonly nowMs: number;
}

/** Id of the page's data block. */
export const DATA_BLOCK = 'ajil-data';

/** Whether an alert is loud, true as far as is known, and not yet stale. */
export const isBreaking = (alert: Alert, nowMs: number): boolean =>
  alert.change !== 'retraction' && alert.urgency !== 'normal' && Date.parse(alert.expiresAt) > nowMs;
