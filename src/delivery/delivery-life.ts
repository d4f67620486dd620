import type { Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';

/** The records of a delivery outlive the alert by a day, so that editors can read the report afterwards. */
const KEEP_AFTER_EXPIRY_S = 24 * 3600;

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

/**
 * The newsroom stopped it: aborted, or ended by a later version, which superseded or retracted it. What is not sent yet
 * stays unsent.
 */
export function isStopped(alert: Alert): boolean {
  if (alert.status === 'retracted') return alert.change !== 'retraction';
  return alert.status === 'aborted' || alert.status === 'superseded';
}

/** Nothing is pending any more: the version is sent, and leaves the outbox. */
export async function finishVersion(
  alerts: AlertStore,
  version: { alertId: string; version: number },
): Promise<void> {
  await alerts.setStatus(version.alertId, version.version, ['sending'], 'sent');
  await alerts.outbox.markFinished(version.alertId, version.version);
}
