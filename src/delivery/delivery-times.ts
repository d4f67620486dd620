import type { Alert } from '../alerts/schema.ts';
import { MAX_LIFE_MS } from '../alerts/versions.ts';

/** The records of a delivery outlive the alert by a day, so that editors can read the report afterwards. */
const KEEP_AFTER_EXPIRY_S = 24 * 3600;

/** The same of an alert that lives as long as one may. */
export const MOST_KEPT_SECONDS = MAX_LIFE_MS / 1000 + KEEP_AFTER_EXPIRY_S;

export interface DeliveryLife {
  readonly acceptedAtMs: number;
  readonly expiresAtMs: number;
  /** How long frozen audience, ledger and report are kept, from acceptance on. */
  readonly keepSeconds: number;
}

export function deliveryLife(alert: Alert): DeliveryLife {
  const acceptedAtMs = Date.parse(alert.publishedAt ?? alert.createdAt);
  const expiresAtMs = Date.parse(alert.expiresAt);
  return {
    acceptedAtMs,
    expiresAtMs,
    keepSeconds: Math.ceil((expiresAtMs - acceptedAtMs) / 1000) + KEEP_AFTER_EXPIRY_S,
  };
}

/**
 * A run sends for so long after it last began to read its version's status, ms (of `performance.now()`). Status and
 * checkpoints come every quarter of a second; a later version is accepted a second at most before the last message of an
 * earlier one leaves, whatever becomes of Redis, the network or the process.
 */
export const LEASE_MS = 800;
