import { setTimeout as sleep } from 'node:timers/promises';
import { toPublicAlert, type Alert } from '../../alerts/schema.ts';
import { both, countBits, setBits, without } from '../../audience/bitmap.ts';
import type { Selection } from '../../audience/selection.ts';
import { eventOf } from '../../outlets/teller.ts';
import type { OutletQueue } from '../../outlets/queue.ts';
import { cutShard } from './batches.ts';
import { createFreeze, SHARD_GROUPS, type Freeze, type FreezeDeps } from './freeze.ts';
import { earlierVersions } from '../ledger/holders.ts';
import { deliveryLife, LEASE_MS } from '../delivery-times.ts';
import { finishVersion, isStopped, type FinishDeps } from '../version-state.ts';
import type { Summaries } from '../health/summaries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { versionName, type FanOutJob, type Piece, type PushQueue } from '../queues.ts';
import { newRetryId, type Part, type Retry } from '../ledger/retry.ts';
import { slotKey, slotsOf, type Slots } from '../ledger/slots.ts';

/** Deliveries per batch: at a few thousand a second a job is then well below a second long. */
const BATCH_DELIVERIES = 1000;
/** Of the first batch: it is on the wire before the large ones have been read, and keep every worker busy. */
const FIRST_BATCH_DELIVERIES = 64;
/** Time after which messages written before a lease ended are on the wire, ms. */
const ON_THE_WIRE_MS = 50;
/** Delay of deliveries to unproven subscriptions, ms: the first batches are in flight by then. */
const AFTER_OTHERS_MS = 200;

export interface FanOutDeps extends FinishDeps {
  readonly live: { append(alert: Alert): Promise<unknown> };
  readonly outlets: Pick<OutletQueue, 'announce'>;
  readonly summaries: Pick<Summaries, 'expect'>;
  readonly stories: FreezeDeps['stories'];
  readonly selection: Selection;
  readonly ledger: Ledger;
  readonly pushQueue: Pick<PushQueue, 'add' | 'addRetries'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Puts one accepted version on its way: the live log first, then the audience, frozen shard by shard and cut into
 * batches, the readers who open notifications first. Every step may run again: the log takes a version once, a frozen shard stays as it is, and the batches come
 * out the same, under the same job ids.
 */
export async function fanOut(deps: FanOutDeps, job: FanOutJob): Promise<void> {
  const startedAt = performance.now();
  const alert = await deps.alerts.get(job.alertId, job.version);
  if (alert === undefined) return;
  if (isStopped(alert)) {
    await deps.alerts.outbox.markFinished(job.alertId, job.version);
    return;
  }
  const { keepSeconds, acceptedAtMs } = deliveryLife(alert);
  // In this order on one connection, but with one wait for the disk.
  await Promise.all([
    deps.live.append(toPublicAlert(alert)),
    deps.outlets.announce(eventOf(alert)),
    deps.ledger.open(job, acceptedAtMs, keepSeconds),
    deps.summaries.expect(job.alertId),
  ]);
  const quiet = awaitEarlierRuns(deps, job, startedAt);
  quiet.catch(() => undefined); // awaited further on, unless something else fails first
  const freeze = await createFreeze(deps, job, alert, quiet);
  const batches = await freezeAndCut(deps, job, keepSeconds, freeze, quiet);
  const { finished } = await deps.ledger.cut(job, batches);
  if (finished) await finishVersion(deps, job);
}

/**
 * Resolves once no run sends an earlier version any more. A run stops when it reads that its version is over, and after
 * {@link LEASE_MS} without a reading. The last message of the earlier version thus always leaves before the first of
 * this one: the push service and the device keep what comes last.
 */
async function awaitEarlierRuns(deps: FanOutDeps, job: FanOutJob, startedAt: number): Promise<void> {
  const states = await Promise.all(earlierVersions(job).map((earlier) => deps.ledger.state(earlier)));
  if (!states.some(({ begun, finished }) => begun && !finished)) return;
  await sleep(Math.max(0, startedAt + LEASE_MS + ON_THE_WIRE_MS - performance.now()));
}

/**
 * Puts the deliveries to unproven subscriptions into retries, once all batches are on their way: however many strangers
 * there are, no reader waits for them. Doing it again moves nothing.
 */
async function setApartUnproven(
  deps: FanOutDeps,
  job: FanOutJob,
  slots: Slots,
  keepSeconds: number,
): Promise<void> {
  const keys = slots.flatMap(([shard, all]) => all.map((slot) => slotKey(shard, slot)));
  // One after the other: Redis has the outcomes of the others to write in between.
  for (let from = 0; from < keys.length; from += BATCH_DELIVERIES) {
    const dueAtMs = deps.now() + AFTER_OTHERS_MS;
    const some = slotsOf(keys.slice(from, from + BATCH_DELIVERIES));
    const fresh = { mark: 0, origin: '', attempt: 0, waits: 0, dueAtMs };
    const retries: Retry[] = [{ ...fresh, id: newRetryId('unproven'), slots: some }];
    await deps.ledger.checkpoint(job, { retries, taken: false }, keepSeconds);
    await deps.pushQueue.addRetries(job, retries);
  }
}

async function freezeAndCut(
  deps: FanOutDeps,
  job: FanOutJob,
  keepSeconds: number,
  freeze: Freeze,
  quiet: Promise<void>,
): Promise<number> {
  const apart: Slots[number][] = [];
  const others: (readonly [shard: number, bitmap: Uint8Array])[] = [];
  let part: Exclude<Part, 'unproven'> | undefined;
  let batch = 0;
  let pieces: Piece[] = [];
  let deliveries = 0;
  const send = async (): Promise<void> => {
    if (pieces.length === 0) return;
    const id = `${versionName(job)}-b${batch}`;
    await quiet;
    const kind = part === undefined ? ({ kind: 'batch' } as const) : ({ kind: 'part', part } as const);
    await deps.pushQueue.add([{ id, job: { ...job, ...kind, batch, pieces, keepSeconds } }]);
    batch += 1;
    pieces = [];
    deliveries = 0;
  };
  const cut = async (shard: number, bitmap: Uint8Array): Promise<void> => {
    const firstLimit = batch === 0 ? FIRST_BATCH_DELIVERIES : BATCH_DELIVERIES;
    for (const piece of cutShard(shard, bitmap, BATCH_DELIVERIES, firstLimit)) {
      if (deliveries + piece.deliveries > BATCH_DELIVERIES) await send();
      pieces.push(piece);
      deliveries += piece.deliveries;
      if (batch === 0) await send();
    }
  };
  for (const [group, shards] of SHARD_GROUPS.entries()) {
    const audiences = await freeze(shards);
    const frozen = audiences.map((audience, index) => ({ shard: shards[index]!, ...audience }));
    apart.push(...frozen.map(({ shard, unproven }) => [shard, setBits(unproven)] as const));
    // Where nobody opens anything, nobody waits for a second round.
    if (group === 0 && frozen.some(({ engaged }) => countBits(engaged) > 0)) part = 'engaged';
    for (const { shard, all, unproven, engaged } of frozen) {
      const proven = without(all, unproven);
      await cut(shard, part === undefined ? proven : both(proven, engaged));
      if (part !== undefined) others.push([shard, without(proven, engaged)]);
    }
    // At the start, no worker waits for a full batch.
    if (group === 0) await send();
  }
  await send();
  if (part !== undefined) part = 'others';
  for (const [shard, bitmap] of others) await cut(shard, bitmap);
  await send();
  await quiet;
  await setApartUnproven(deps, job, apart, keepSeconds);
  return batch;
}
