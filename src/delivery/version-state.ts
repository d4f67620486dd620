import type { Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { GoalStore } from './report/goal.ts';

/**
 * The newsroom stopped it: aborted, or ended by a later version, which superseded or retracted it. What is not sent yet
 * stays unsent.
 */
export function isStopped(alert: Alert): boolean {
  if (alert.status === 'retracted') return alert.change !== 'retraction';
  return alert.status === 'aborted' || alert.status === 'superseded';
}

export interface FinishDeps {
  readonly alerts: AlertStore;
  readonly goal: Pick<GoalStore, 'note'>;
}

/** Nothing is pending any more: the version is sent, and leaves the outbox. */
export async function finishVersion(
  { alerts, goal }: FinishDeps,
  version: { alertId: string; version: number },
): Promise<void> {
  await alerts.setStatus(version.alertId, version.version, ['sending'], 'sent');
  await goal.note(version);
  await alerts.outbox.markFinished(version.alertId, version.version);
}
