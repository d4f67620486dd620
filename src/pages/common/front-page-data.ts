import type { Alert, Urgency } from '../../alerts/schema.ts';
import type { Identity } from './identity.ts';

/** `GET /v1/config`, as far as the reader page needs it. */
export interface PublicConfig {
  readonly vapidPublicKey: string;
  readonly topics: readonly Topic[];
  readonly languages: readonly string[];
  readonly newsroom: Identity;
  readonly urgencies: readonly Urgency[];
}

export interface Topic {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly default: boolean;
}

/** The data that the server wrote the reader page from. The page's script goes on with it. */
export interface FrontPageData {
  readonly config: PublicConfig;
  /** The section that is shown; null: all. */
  readonly topic: string | null;
  readonly alerts: readonly Alert[];
  readonly next: string | null;
  /** The breaking alerts ({@link isBreaking}) of every section. */
  readonly breaking: readonly Alert[];
  /** The server's clock, ms since the epoch. */
  readonly nowMs: number;
}

/** Id of the page's data block. */
export const DATA_BLOCK = 'ajil-data';

/** Whether an alert is loud, has not been retracted, and has not expired. */
export const isBreaking = (alert: Alert, nowMs: number): boolean =>
  alert.change !== 'retraction' && alert.urgency !== 'normal' && Date.parse(alert.expiresAt) > nowMs;
