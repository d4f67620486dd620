import type { AlertStatus } from '../../alerts/schema.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript, runScriptBuffer } from '../../redis/script.ts';
import { packMark, packRetryHead, unpackRetry, type Retry } from './retry.ts';
import { ADD_AUDIENCE } from './scripts/add-audience.ts';
import { CHECKPOINT } from './scripts/checkpoint.ts';
import { CLAIM_RETRY } from './scripts/claim-retry.ts';
import { CUT } from './scripts/cut.ts';
import { TAKE } from './scripts/take.ts';
import { packSettled, packSlotRuns, type Settled } from './settled-bitmaps.ts';
import { packSlots, type Slots } from './slots.ts';

interface VersionId {
  readonly alertId: string;
  readonly version: number;
}

/** Outcomes of some deliveries of a batch or a retry. */
export interface Checkpoint {
  readonly settled?: readonly Settled[];
  /** Retries of deliveries that the batch or the retry held until now. Their ids are new, so that a second write is harmless. */
  readonly retries?: readonly Retry[];
  /** The retry that is being run as it is known, and what remains of it (the same: nothing was moved); without it the deliveries are a batch's. */
  readonly home?: { readonly retry: Retry; readonly rest: Retry | undefined } | undefined;
  /** The batch and its run. If another run has claimed the batch, only outcomes are written. */
  readonly claim?: { readonly batch: number; readonly run: string } | undefined;
  /** False: no run has taken the deliveries since they were put into their retry, so there are no new holders. */
  readonly taken?: boolean;
  /** The batch of this number ends: all of it has an outcome or is in a retry. */
  readonly ends?: number | undefined;
}

/** The state of a version's delivery. */
interface Progress {
  /** No delivery is pending, and none will be. */
  readonly finished: boolean;
  /** Of the version, now; undefined when there is no such version any more. */
  readonly status: AlertStatus | undefined;
  /** False: another run has claimed the batch or retry, or moved a part of it, and this run moved nothing. */
  readonly ours: boolean;
}

interface LedgerState {
  /** Its fan-out has begun. */
  readonly begun: boolean;
  readonly cut: boolean;
  readonly batchesLeft: number;
  readonly retries: number;
  readonly progressAtMs: number;
  readonly finished: boolean;
}

/** The durable record of which deliveries have an outcome or wait in a retry. Every call may be repeated and counts once. */
export interface Ledger {
  /** Begins a version's record. */
  open(version: VersionId, acceptedAtMs: number, keepSeconds: number): Promise<void>;
  /** Adds shards' shares to the audience, each once. Answers for each what was added the first time. */
  addAudience(
    version: VersionId,
    shares: readonly (readonly [shard: number, count: number])[],
  ): Promise<readonly number[]>;
  /** All shards are frozen and cut into so many batches. */
  cut(version: VersionId, batches: number): Promise<Pick<Progress, 'finished'>>;
  /** Writes the outcomes and moves in one step, with the report's counters. */
  checkpoint(version: VersionId, checkpoint: Checkpoint, keepSeconds: number): Promise<Progress>;
  /** A run is about to send these deliveries: from now on their devices may hold the version, until an answer denies it. */
  take(version: VersionId, slots: Slots, keepSeconds: number): Promise<void>;
  /**
   * Slots of a shard whose devices have this version, or may have it, bytes `from` to `to` of the bitmap. A set bit
   * outside the version's audience says nothing.
   */
  holders(version: VersionId, shard: number, from: number, to: number): Promise<Buffer>;
  /** Makes a batch this run's. Tells whether it was another's before. */
  claimBatch(version: VersionId, batch: number, run: string, keepSeconds: number): Promise<boolean>;
  /** Makes a retry this run's, by a new mark. Undefined when nothing remains of it. */
  claimRetry(
    version: VersionId,
    id: string,
    mark: number,
  ): Promise<{ readonly retry: Retry; readonly wasClaimed: boolean } | undefined>;
  hasEnded(version: VersionId, batch: number): Promise<boolean>;
  /** Slots of a shard that have an outcome, bytes `from` to `to` of the bitmap. */
  settledSlots(version: VersionId, shard: number, from: number, to: number): Promise<Buffer>;
  /** Slots that a batch has handed to a retry. */
  deferredSlots(version: VersionId, shard: number, from: number, to: number): Promise<Buffer>;
  /** Undefined when nothing remains of it. */
  retry(version: VersionId, id: string): Promise<Retry | undefined>;
  /** Ids of retries that were due before `dueBeforeMs`, the oldest first: at most `limit`, and as many unproven ones. */
  overdueRetries(version: VersionId, dueBeforeMs: number, limit: number): Promise<readonly string[]>;
  /** Writes a retry of deliveries that nothing else holds, unless the retry exists. */
  rescue(version: VersionId, retry: Retry, keepSeconds: number): Promise<void>;
  state(version: VersionId): Promise<LedgerState>;
}

/** @param deps.now milliseconds since the epoch */
export function createLedger(deps: { redis: Redis; now: () => number }): Ledger {
  const { redis } = deps;
  const report = ({ alertId, version }: VersionId): string => keys.report(alertId, version);

  function checkpoint(
    { alertId, version }: VersionId,
    { settled = [], retries = [], home, claim, taken = true, ends }: Checkpoint,
    keepSeconds: number,
  ): Promise<Progress> {
    const { shards, runs, entries, sums, first, last, missed } = packSettled(settled);
    // Only deliveries that leave a batch are marked: the record of a retry lists its deliveries.
    const leaving = home === undefined ? retries.flatMap(({ slots }) => slots.map(([shard]) => shard)) : [];
    const deferring = [...new Set(leaving)];
    const hold = (one: Retry): boolean => !taken || one.mayHaveArrived === true;
    const back = retries.filter((one) => !hold(one));
    const returned = back.flatMap(({ slots }) => slots.map(([shard]) => shard));
    const notHolding = [...new Set([...missed.shards, ...returned])];
    const names = [
      report({ alertId, version }),
      keys.alert(alertId),
      keys.batches(alertId, version),
      keys.batchRuns(alertId, version),
      keys.retries(alertId, version),
      keys.retriesDue(alertId, version),
      keys.unprovenRetriesDue(alertId, version),
      ...shards.map((shard) => keys.ledger(alertId, version, shard)),
      ...deferring.map((shard) => keys.deferred(alertId, version, shard)),
      ...notHolding.map((shard) => keys.holders(alertId, version, shard)),
    ];
    const { retry, rest } = home ?? {};
    const remains = rest === undefined ? '' : rest === retry ? '=' : packRetry(rest);
    return runScript(
      redis,
      CHECKPOINT,
      names,
      [
        [keepSeconds, deps.now(), version, ends ?? '', Buffer.from(shards), Buffer.from(deferring)],
        [runs, entries, sums, first, last],
        [retry?.id ?? '', retry?.mark ?? '', remains],
        [claim?.batch ?? '', claim?.run ?? ''],
        [Buffer.from(notHolding), missed.entries],
        ...retries.map((one) => [
          one.id,
          one.dueAtMs,
          packRetryHead(one),
          packSlots(one.slots),
          hold(one) ? '1' : '',
        ]),
      ].flat(),
    );
  }

  return {
    open: async (version, acceptedAtMs, keepSeconds) => {
      await redis
        .multi()
        .hsetnx(report(version), 'acceptedAt', acceptedAtMs)
        .hsetnx(report(version), 'progressAt', deps.now())
        .expire(report(version), keepSeconds)
        .exec();
    },
    addAudience: (version, shares) => runScript(redis, ADD_AUDIENCE, [report(version)], shares.flat()),
    cut: async (version, batches) => ({
      finished: (await runScript(redis, CUT, [report(version)], [batches, deps.now()])) === 1,
    }),
    checkpoint,
    take: async ({ alertId, version }, slots, keepSeconds) => {
      const shards = slots.map(([shard]) => shard);
      if (shards.length === 0) return;
      const names = shards.map((shard) => keys.holders(alertId, version, shard));
      await runScript(redis, TAKE, names, [keepSeconds, Buffer.from(shards), packSlotRuns(slots)]);
    },
    holders: ({ alertId, version }, shard, from, to) =>
      redis.getrangeBuffer(keys.holders(alertId, version, shard), from, to),
    claimBatch: async ({ alertId, version }, batch, run, keepSeconds) => {
      const runs = keys.batchRuns(alertId, version);
      const field = String(batch);
      const [before] =
        (await redis
          .multi()
          .hget(runs, field)
          .hset(runs, field, run)
          .expire(runs, keepSeconds, 'NX')
          .exec()) ?? [];
      // This run's own claim: the answer was lost, and the command was sent again.
      return ![null, run].includes(before?.[1] as string | null);
    },
    claimRetry: async ({ alertId, version }, id, mark) => {
      const packedMark = packMark(mark);
      const names = [keys.retries(alertId, version)];
      const packed = await runScriptBuffer(redis, CLAIM_RETRY, names, [id, packedMark]);
      if (packed === null) return undefined;
      const found = unpackRetry(id, packed);
      return { retry: { ...found, mark }, wasClaimed: ![0, mark].includes(found.mark) };
    },
    hasEnded: async (version, batch) =>
      (await redis.getbit(keys.batches(version.alertId, version.version), batch)) === 1,
    settledSlots: (version, shard, from, to) =>
      redis.getrangeBuffer(keys.ledger(version.alertId, version.version, shard), from, to),
    deferredSlots: (version, shard, from, to) =>
      redis.getrangeBuffer(keys.deferred(version.alertId, version.version, shard), from, to),
    retry: async (version, id) => {
      const packed = await redis.hgetBuffer(keys.retries(version.alertId, version.version), id);
      return packed === null ? undefined : unpackRetry(id, packed);
    },
    overdueRetries: async ({ alertId, version }, dueBeforeMs, limit) => {
      const lists = [keys.retriesDue(alertId, version), keys.unprovenRetriesDue(alertId, version)];
      const found = await Promise.all(
        lists.map((list) => redis.zrangebyscore(list, '-inf', dueBeforeMs, 'LIMIT', 0, limit)),
      );
      return found.flat();
    },
    rescue: async ({ alertId, version }, retry, keepSeconds) => {
      const [all, due] = [keys.retries(alertId, version), keys.retriesDue(alertId, version)];
      await redis
        .multi()
        .hsetnx(all, retry.id, packRetry(retry))
        .zadd(due, 'NX', retry.dueAtMs, retry.id)
        .expire(all, keepSeconds, 'NX')
        .expire(due, keepSeconds, 'NX')
        .exec();
    },
    state: async (version) => {
      const [[acceptedAt, cut, batches, ended, progressAt, audience, settled], retries] = await Promise.all([
        redis.hmget(report(version), ...STATE_FIELDS),
        redis.hlen(keys.retries(version.alertId, version.version)),
      ]);
      return {
        begun: typeof acceptedAt === 'string',
        cut: cut === '1',
        batchesLeft: Number(batches ?? 0) - Number(ended ?? 0),
        retries,
        progressAtMs: Number(progressAt ?? 0),
        finished: cut === '1' && Number(audience ?? 0) === Number(settled ?? 0),
      };
    },
  };
}

const STATE_FIELDS = ['acceptedAt', 'cut', 'batches', 'ended', 'progressAt', 'audience', 'settled'];

const packRetry = (retry: Retry): Buffer => Buffer.concat([packRetryHead(retry), packSlots(retry.slots)]);
