import { toPublicAlert, type Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { countBits } from '../audience/bitmap.ts';
import type { FrozenName, Selection } from '../audience/selection.ts';
import { SHARDS } from '../audience/shard.ts';
import { cutShard } from './batches.ts';
import { deliveryLife, finishVersion, isStopped } from './life.ts';
import type { Ledger } from './ledger.ts';
import { versionName, type FanOutJob, type Piece, type PushQueue } from './queues.ts';

/** Deliveries per batch: at a few thousand a second a job is then well below a second long. */
const BATCH_DELIVERIES = 1000;
/** Of the first batch: it is on the wire before the large ones have been read, and keep every worker busy. */
const FIRST_BATCH_DELIVERIES = 64;
/** Shards frozen at once. The first group's batches are on their way before the second group is read. */
const GROUP = 8;

export interface FanOutDeps {
  readonly alerts: AlertStore;
  readonly live: { append(alert: Alert): Promise<unknown> };
  readonly selection: Selection;
  readonly ledger: Ledger;
  readonly pushQueue: Pick<PushQueue, 'add'>;
}

/**
 * Puts one accepted version on its way: the live log first, then the audience, frozen shard by shard and cut into
 * batches. Every step may run again: the log takes a version once, a frozen shard stays as it is, and the batches come
 * out the same, under the same job ids.
 */
export async function fanOut(deps: FanOutDeps, job: FanOutJob): Promise<void> {
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
    deps.ledger.open(job, acceptedAtMs, keepSeconds),
  ]);
  await freezeEarlier(deps, job);
  const batches = await freezeAndCut(deps, job, alert, keepSeconds);
  const { finished } = await deps.ledger.cut(job, batches);
  if (finished) await finishVersion(deps.alerts, job);
}

const audienceOf = (job: FanOutJob): FrozenName => ({
  name: versionName(job),
  earlier: job.version > 1 ? versionName({ ...job, version: job.version - 1 }) : undefined,
});

const shardsFrom = (first: number): number[] =>
  Array.from({ length: Math.min(GROUP, SHARDS - first) }, (_, index) => first + index);

/**
 * Whoever gets a version gets those after it. If the fan-out of the one before has not run (its worker died), its audience
 * is frozen now: its own run finds it so.
 */
async function freezeEarlier(deps: FanOutDeps, job: FanOutJob): Promise<void> {
  const earlier = { ...job, version: job.version - 1 };
  if (earlier.version === 0 || (await deps.ledger.state(earlier)).cut) return;
  const alert = await deps.alerts.get(earlier.alertId, earlier.version);
  if (alert === undefined || isStopped(alert)) return;
  await freezeEarlier(deps, earlier);
  const { keepSeconds } = deliveryLife(alert);
  for (let first = 0; first < SHARDS; first += GROUP) {
    await Promise.all(
      shardsFrom(first).map((shard) => deps.selection.freeze(audienceOf(earlier), shard, alert, keepSeconds)),
    );
  }
}

async function freezeAndCut(
  deps: FanOutDeps,
  job: FanOutJob,
  alert: Alert,
  keepSeconds: number,
): Promise<number> {
  const audience = audienceOf(job);
  let batch = 0;
  let pieces: Piece[] = [];
  let deliveries = 0;
  const send = async (): Promise<void> => {
    if (pieces.length === 0) return;
    const id = `${versionName(job)}-b${batch}`;
    await deps.pushQueue.add([{ id, job: { ...job, kind: 'batch', batch, pieces } }]);
    batch += 1;
    pieces = [];
    deliveries = 0;
  };
  for (let first = 0; first < SHARDS; first += GROUP) {
    const frozen = await Promise.all(
      shardsFrom(first).map(async (shard) => {
        const bitmap = await deps.selection.freeze(audience, shard, alert, keepSeconds);
        await deps.ledger.addAudience(job, shard, countBits(bitmap));
        return { shard, bitmap };
      }),
    );
    for (const { shard, bitmap } of frozen) {
      const firstLimit = batch === 0 ? FIRST_BATCH_DELIVERIES : BATCH_DELIVERIES;
      for (const piece of cutShard(shard, bitmap, BATCH_DELIVERIES, firstLimit)) {
        if (deliveries + piece.deliveries > BATCH_DELIVERIES) await send();
        pieces.push(piece);
        deliveries += piece.deliveries;
        if (batch === 0) await send();
      }
    }
    // Nobody waits for a full batch at the start.
    if (first === 0) await send();
  }
  await send();
  return batch;
}
