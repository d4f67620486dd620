import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EditorAlert } from '../../alerts/schema.ts';
import { both, setBits, without } from '../../audience/bitmap.ts';
import type { SendingDeps } from './deps.ts';
import { startRun, type DeliveryRun } from './delivery-run.ts';
import type { RunStart } from './run-state.ts';
import { expiredAt, groupRetries } from './group-retries.ts';
import { deliveryLife } from '../delivery-times.ts';
import { finishVersion, isStopped } from '../version-state.ts';
import { rankOf, versionName, type BatchJob, type FanOutJob, type RetryJob } from '../queues.ts';
import { serviceNamed } from '../report/services.ts';
import { newMark, partOf, type Retry } from '../ledger/retry.ts';
import type { Slots } from '../ledger/slots.ts';

/** A run whose batch or retry was claimed by another finds out at its next checkpoint, and has written what it knows by then, ms. */
const TAKE_OVER_MS = 500;

/** Deliveries to unproven subscriptions wait while the process sends batches: they look so often, and wait so long at most, ms. */
const GIVE_WAY_MS = 50;
const MOST_GIVEN_WAY_MS = 5000;

interface Wanted {
  readonly alert: EditorAlert;
  /** When its status was asked for, on the clock of `performance.now()`. */
  readonly statusAt: number;
}

/** Does the jobs of the push queues. A job that is run again goes on where the ledger ends. */
export interface PushSending {
  sendBatch(job: BatchJob): Promise<void>;
  sendRetry(job: RetryJob): Promise<void>;
  /** Deliveries are being sent. */
  isBusy(): boolean;
  /** Resolves when no run goes on any more, also runs of ended jobs. Call it before the stores that they write to close. */
  idle(): Promise<void>;
}

export function createPushSending(deps: SendingDeps): PushSending {
  const batchesUnderWay = new Set<BatchJob>();
  /** By batch or retry. A job whose lock was lost may come back while its first run still goes on. */
  const running = new Map<string, DeliveryRun>();

  async function wanted({ alertId, version }: FanOutJob): Promise<Wanted | undefined> {
    const statusAt = performance.now();
    const alert = await deps.alerts.get(alertId, version);
    return alert === undefined || isStopped(alert) ? undefined : { alert, statusAt };
  }

  /** Unproven subscriptions come after the others, however many there are; but a push service that hangs holds nobody up for long. */
  async function giveWay(): Promise<void> {
    for (let waited = 0; batchesUnderWay.size > 0 && waited < MOST_GIVEN_WAY_MS; waited += GIVE_WAY_MS) {
      await sleep(GIVE_WAY_MS);
    }
  }

  async function send(name: string, job: FanOutJob, alert: EditorAlert, start: RunStart): Promise<void> {
    const run = startRun(deps, job, alert, start);
    running.set(name, run);
    void run.ended.then(() => running.delete(name));
    await run.released;
  }

  async function sendBatch(job: BatchJob): Promise<void> {
    const name = `${versionName(job)}-b${job.batch}`;
    await running.get(name)?.ended;
    deps.channels.prepare();
    const run = randomBytes(12).toString('hex');
    // In this order on one connection, but with one wait. To claim a batch that has ended, or is not wanted any more, is harmless.
    const [found, ended, wasClaimed, slots] = await Promise.all([
      wanted(job),
      deps.ledger.hasEnded(job, job.batch),
      deps.ledger.claimBatch(job, job.batch, run, job.keepSeconds),
      undecidedOf(deps, job),
    ]);
    if (found === undefined || ended) return;
    const { alert, statusAt } = found;
    if (wasClaimed) await sleep(TAKE_OVER_MS);
    const left = wasClaimed ? await undecidedOf(deps, job) : slots;
    const home = { batch: job.batch, run };
    const part = job.kind === 'part' ? job.part : 'others';
    await send(name, job, alert, { home, part, slots: left, statusAt, mayHaveArrived: wasClaimed });
  }

  return {
    sendBatch: async (job) => {
      batchesUnderWay.add(job);
      await sendBatch(job).finally(() => batchesUnderWay.delete(job));
    },
    sendRetry: async (job) => {
      await running.get(job.retry)?.ended;
      const part = partOf(job.retry);
      if (part === 'unproven') await giveWay();
      const found = await wanted(job);
      const retry = found && (await deps.ledger.retry(job, job.retry));
      if (found === undefined || retry === undefined) return;
      const { alert, statusAt } = found;
      const busyMs = deps.channels.busyMs(retry.origin, {
        rank: rankOf(job.urgency, part),
        unproven: part === 'unproven',
      });
      if (busyMs > 0 && deps.now() < deliveryLife(alert).expiresAtMs) {
        await putOff(deps, job, alert, retry, busyMs);
        return;
      }
      const claimed = await deps.ledger.claimRetry(job, job.retry, newMark());
      if (claimed === undefined) return;
      if (claimed.wasClaimed) await sleep(TAKE_OVER_MS);
      const slots = await unsettledOf(deps, job, claimed.retry.slots);
      const mayHaveArrived = claimed.wasClaimed || claimed.retry.mayHaveArrived === true;
      const home = { retry: claimed.retry };
      await send(job.retry, job, alert, { home, part, slots, statusAt, mayHaveArrived });
    },
    isBusy: () => batchesUnderWay.size > 0 || running.size > 0,
    idle: async () => {
      await Promise.all([...running.values()].map((run) => run.ended));
    },
  };
}

const NOBODY = Buffer.alloc(0);

/** The deliveries of a batch that have no outcome and are in no retry. Unproven subscriptions are in no batch. */
function undecidedOf(deps: SendingDeps, job: BatchJob): Promise<Slots> {
  return Promise.all(
    job.pieces.map(async ({ shard, from, to }) => {
      const [first, last] = [from / 8, (to + 1) / 8 - 1];
      const name = versionName(job);
      const [audience, engaged, unproven, settled, deferred] = await Promise.all([
        deps.selection.frozen(name, shard, first, last),
        job.kind === 'batch' ? NOBODY : deps.selection.frozenPart('engaged', name, shard, first, last),
        deps.selection.frozenPart('unproven', name, shard, first, last),
        deps.ledger.settledSlots(job, shard, first, last),
        deps.ledger.deferredSlots(job, shard, first, last),
      ]);
      const wanted =
        job.kind === 'part' && job.part === 'engaged' ? both(audience, engaged) : without(audience, engaged);
      const open = [unproven, settled, deferred].reduce<Uint8Array>(without, wanted);
      return [shard, setBits(open, from)] as const;
    }),
  );
}

/** Those of the given deliveries that have no outcome. */
function unsettledOf(deps: SendingDeps, version: FanOutJob, slots: Slots): Promise<Slots> {
  return Promise.all(
    slots.map(async ([shard, all]) => {
      const first = (all[0] ?? 0) >> 3;
      const settled = await deps.ledger.settledSlots(version, shard, first, (all.at(-1) ?? 0) >> 3);
      const open = all.filter((slot) => ((settled[(slot >> 3) - first] ?? 0) & (0x80 >> (slot & 7))) === 0);
      return [shard, open] as const;
    }),
  );
}

/** The push service takes nothing now: so no subscription is read. */
async function putOff(
  deps: SendingDeps,
  version: FanOutJob,
  alert: EditorAlert,
  retry: Retry,
  busyMs: number,
): Promise<void> {
  const { origin, attempt, waits, mayHaveArrived = false } = retry;
  const service = origin === '' ? undefined : serviceNamed(deps.channels.serviceOf(origin));
  const again = (await unsettledOf(deps, version, retry.slots)).flatMap(([shard, slots]) =>
    slots.map((slot) => ({
      shard,
      slot,
      service,
      origin,
      attempt,
      waits: waits + 1,
      afterMs: busyMs,
      mayHaveArrived,
    })),
  );
  const { expiresAtMs, acceptedAtMs, keepSeconds } = deliveryLife(alert);
  const now = deps.now();
  const { retries, expired } = groupRetries(again, now, expiresAtMs, partOf(retry.id));
  const settled = expired.map((one) => expiredAt(one, now - acceptedAtMs));
  const moved = { settled, retries, home: { retry, rest: undefined }, taken: false };
  const { finished } = await deps.ledger.checkpoint(version, moved, keepSeconds);
  if (finished) await finishVersion(deps, version);
  await deps.pushQueue.addRetries(version, retries);
}
