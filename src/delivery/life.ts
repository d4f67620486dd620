import type { Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';

/** What is kept of a delivery outlives the alert by a day, so that a report can be read after the fact. */
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

/** The newsroom stopped it: aborted, or retracted by a later version. What is not sent yet stays unsent. */
export function isStopped(alert: Alert): boolean {
  return alert.status === 'aborted' || (alert.status === 'retracted' && alert.change !== 'retraction');
}

/** Nothing is pending any more: the version is sent, and leaves the outbox. */
export async function finishVersion(
  alerts: AlertStore,
  version: { alertId: string; version: number },
): Promise<void> {
  await alerts.setStatus(version.alertId, version.version, ['sending'], 'sent');
  await alerts.outbox.markFinished(version.alertId, version.version);
}
