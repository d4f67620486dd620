import type { AlertStore } from '../alerts/store.ts';
import { setBits, without } from '../audience/bitmap.ts';
import type { Selection } from '../audience/selection.ts';
import { SHARDS } from '../audience/shard.ts';
import type { Logger } from '../ops/logger.ts';
import type { Ledger } from './ledger.ts';
import { deliveryLife, finishVersion, isStopped } from './life.ts';
import { versionName, type FanOutQueue } from './queues.ts';

/** A version that was accepted so long ago and is not cut yet lost its job: it is added again. */
const UNFINISHED_AFTER_MS = 1000;
/** A version whose batches have stood still for so long lost a job: the fan-out is run again. */
const STUCK_AFTER_MS = 30_000;
/** Deliveries still pending so long after the expiry are given up. */
const EXPIRY_GRACE_MS = 60_000;
const AT_ONCE = 100;

export interface HousekeepingDeps {
  readonly alerts: AlertStore;
  readonly ledger: Ledger;
  readonly selection: Selection;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Finishes what was accepted and, for whatever reason, did not go its way. Harmless when run twice. */
export async function keepHouse(deps: HousekeepingDeps): Promise<void> {
  for (const entry of await deps.alerts.outbox.listUnfinished(UNFINISHED_AFTER_MS, AT_ONCE)) {
    await tend(deps, { alertId: entry.id, version: entry.version });
  }
}

async function tend(deps: HousekeepingDeps, version: { alertId: string; version: number }): Promise<void> {
  const alert = await deps.alerts.get(version.alertId, version.version);
  if (alert === undefined || isStopped(alert)) {
    await deps.alerts.outbox.markFannedOut(version.alertId, version.version);
    return;
  }
  const state = await deps.ledger.state(version);
  if (state.finished) {
    await finishVersion(deps.alerts, version);
    return;
  }
  if (state.cut && deps.now() > deliveryLife(alert).expiresAtMs + EXPIRY_GRACE_MS) {
    await expirePending(deps, version, alert);
    return;
  }
  const stuck = state.cut && state.batchesLeft > 0 && deps.now() - state.progressAtMs > STUCK_AFTER_MS;
  if (!state.cut || stuck) {
    if (stuck)
      deps.logger.warn({ ...version, batchesLeft: state.batchesLeft }, 'no progress; fan-out runs again');
    await deps.fanOutQueue.add({ ...version, urgency: alert.urgency });
  }
}

async function expirePending(
  deps: HousekeepingDeps,
  version: { alertId: string; version: number },
  alert: Parameters<typeof deliveryLife>[0],
): Promise<void> {
  const life = deliveryLife(alert);
  const ms = deps.now() - life.acceptedAtMs;
  for (let shard = 0; shard < SHARDS; shard++) {
    const audience = await deps.selection.frozen(versionName(version), shard, 0, -1);
    const settled = await deps.ledger.settledSlots(version, shard, 0, -1);
    const expired = setBits(without(audience, settled)).map((slot) => ({
      shard,
      slot,
      outcome: 'expired' as const,
      ms,
    }));
    if (expired.length === 0) continue;
    const { finished } = await deps.ledger.settle(version, expired, life.keepSeconds);
    if (finished) await finishVersion(deps.alerts, version);
  }
}
