import { setBits, without } from '../audience/bitmap.ts';
import type { Selection } from '../audience/selection.ts';
import { SHARDS } from '../audience/shard.ts';
import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import { groupBy } from './group-by.ts';
import { expiredAt } from './sending/group-retries.ts';
import type { Ledger } from './ledger/ledger.ts';
import { deliveryLife, type DeliveryLife } from './delivery-times.ts';
import { finishVersion, isStopped, type FinishDeps } from './version-state.ts';
import { versionName, type FanOutJob, type FanOutQueue, type PushQueue } from './queues.ts';

/** A version that was accepted so long ago and is not cut yet lost its job: it is added again. */
const UNFINISHED_AFTER_MS = 1000;
/** If a version's batches make no progress for so long, a job was lost: the fan-out is run again. */
const STUCK_AFTER_MS = 30_000;
/** A retry's job is added again if it is overdue for so long. If the job still exists, no second one is added. */
const RETRY_OVERDUE_MS = 5000;
/** Deliveries still pending so long after the expiry are given up. */
const EXPIRY_GRACE_MS = 60_000;
const AT_ONCE = 100;
/** A retry of lost deliveries holds at most so many, as a batch does. */
const RESCUE_SLOTS = 1000;

type VersionId = Pick<FanOutJob, 'alertId' | 'version'>;

export interface HousekeepingDeps extends FinishDeps {
  readonly ledger: Ledger;
  readonly selection: Selection;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly pushQueue: Pick<PushQueue, 'addRetries'>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Finishes accepted versions that lost a job, for whatever reason. Harmless when run twice. */
export async function keepHouse(deps: HousekeepingDeps): Promise<void> {
  for (const entry of await deps.alerts.outbox.listUnfinished(UNFINISHED_AFTER_MS, AT_ONCE)) {
    const version = { alertId: entry.id, version: entry.version };
    await tend(deps, version).catch((error: unknown) => {
      if (isRedisAway(error)) throw error;
      deps.logger.error(
        { err: error, ...version },
        'could not check an unfinished version; continuing with the others',
      );
    });
  }
}

async function tend(deps: HousekeepingDeps, version: VersionId): Promise<void> {
  const alert = await deps.alerts.get(version.alertId, version.version);
  if (alert === undefined || isStopped(alert)) {
    await deps.alerts.outbox.markFinished(version.alertId, version.version);
    return;
  }
  const job = { ...version, urgency: alert.urgency };
  const life = deliveryLife(alert);
  const state = await deps.ledger.state(version);
  if (state.finished) return finishVersion(deps, version);
  if (!state.cut) return deps.fanOutQueue.add(job);
  if (deps.now() > life.expiresAtMs + EXPIRY_GRACE_MS) return expirePending(deps, version, life);

  if (state.retries > 0) {
    const overdue = await deps.ledger.overdueRetries(version, deps.now() - RETRY_OVERDUE_MS, AT_ONCE);
    await deps.pushQueue.addRetries(
      job,
      overdue.map((id) => ({ id, dueAtMs: deps.now() })),
    );
  }
  if (deps.now() - state.progressAtMs <= STUCK_AFTER_MS) return;
  const { batchesLeft, retries } = state;
  if (batchesLeft > 0) {
    deps.logger.warn({ ...version, batchesLeft }, 'a version makes no progress; running its fan-out again');
    await deps.fanOutQueue.add(job);
  } else if (retries === 0) {
    deps.logger.error(version, 'pending deliveries belong to no batch and no retry; retrying them');
    await retryPending(deps, job, life);
  }
}

/**
 * We know of no way to get here; a Redis that came back with older data might be one. A slot is always in the retry of the
 * same id, so that two housekeepings make one retry.
 */
async function retryPending(deps: HousekeepingDeps, job: FanOutJob, life: DeliveryLife): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    const pending = await pendingOf(deps, job, shard);
    for (const [part, slots] of groupBy(pending, (slot) => Math.floor(slot / RESCUE_SLOTS))) {
      const fresh = { mark: 0, origin: '', attempt: 0, waits: 0, mayHaveArrived: true, dueAtMs: deps.now() };
      const id = `${versionName(job)}-rescue${shard}-${part}`;
      const retry = { ...fresh, id, slots: [[shard, slots] as const] };
      await deps.ledger.rescue(job, retry, life.keepSeconds);
      await deps.pushQueue.addRetries(job, [retry]);
    }
  }
}

async function expirePending(deps: HousekeepingDeps, version: VersionId, life: DeliveryLife): Promise<void> {
  const ms = deps.now() - life.acceptedAtMs;
  for (let shard = 0; shard < SHARDS; shard++) {
    const slots = await pendingOf(deps, version, shard);
    if (slots.length === 0) continue;
    const settled = slots.map((slot) => expiredAt({ shard, slot, mayHaveArrived: true }, ms));
    await deps.ledger.checkpoint(version, { settled }, life.keepSeconds);
  }
  // The report does not matter here: the readers of a lost audience cannot be told apart any more.
  await finishVersion(deps, version);
}

async function pendingOf(deps: HousekeepingDeps, version: VersionId, shard: number): Promise<number[]> {
  const audience = await deps.selection.frozen(versionName(version), shard, 0, -1);
  return setBits(without(audience, await deps.ledger.settledSlots(version, shard, 0, -1)));
}
