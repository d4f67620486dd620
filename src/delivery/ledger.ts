import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';
import { groupBy } from './group-by.ts';
import { OUTCOMES, type Outcome } from './report.ts';
import { bucketOf } from './time-curve.ts';

interface VersionId {
  readonly alertId: string;
  readonly version: number;
}

export interface Settled {
  readonly shard: number;
  readonly slot: number;
  readonly outcome: Outcome;
  /** Milliseconds since the version was accepted. */
  readonly ms: number;
}

/** Where a version's delivery stands. */
export interface Progress {
  /** No delivery is pending, and none will come to be. */
  readonly finished: boolean;
}

/** The durable record of which deliveries have an outcome. Every call may be repeated and counts once. */
export interface Ledger {
  /** Begins a version's record. */
  open(version: VersionId, acceptedAtMs: number, keepSeconds: number): Promise<void>;
  /** Adds a shard's share to the audience, once. */
  addAudience(version: VersionId, shard: number, count: number): Promise<void>;
  /** All shards are frozen and cut into so many batches. */
  cut(version: VersionId, batches: number): Promise<Progress>;
  /** Writes outcomes and the report's counters in one step. */
  settle(version: VersionId, settled: readonly Settled[], keepSeconds: number): Promise<Progress>;
  /** A batch's deliveries all have an outcome or a retry job. */
  endBatch(version: VersionId, batch: number, keepSeconds: number): Promise<void>;
  hasEnded(version: VersionId, batch: number): Promise<boolean>;
  /** Slots of a shard that have an outcome, bytes `from` to `to` of the bitmap. */
  settledSlots(version: VersionId, shard: number, from: number, to: number): Promise<Buffer>;
  state(
    version: VersionId,
  ): Promise<{ cut: boolean; batchesLeft: number; progressAtMs: number; finished: boolean }>;
}

const FINISHED = `
local function finished(report)
  local values = redis.call('HMGET', report, 'cut', 'audience', 'settled')
  if values[1] == '1' and tonumber(values[2] or 0) == tonumber(values[3] or 0) then return 1 end
  return 0
end
`;

/** KEYS: report. ARGV: shard, count. */
const ADD_AUDIENCE = script(`
if redis.call('HSETNX', KEYS[1], 'shard:' .. ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'audience', ARGV[2])
end
return 1`);

/** KEYS: report. ARGV: batches, now: a fan-out that was run again counts as progress, so the next waits. */
const CUT = script(`${FINISHED}
redis.call('HSET', KEYS[1], 'cut', 1, 'batches', ARGV[1], 'progressAt', ARGV[2])
return finished(KEYS[1])`);

/**
 * KEYS: report, then a ledger bitmap for each shard that is named. ARGV: seconds to keep, now, then the entries of each
 * shard packed: slot (4 bytes), outcome (1), bucket of the time (2), time in ms (4).
 */
const SETTLE = script(`${FINISHED}
local report = KEYS[1]
local names = { ${OUTCOMES.map((name) => `'${name}'`).join(', ')} }
local counts, times, first, last, early, any = {}, {}, nil, nil, 0, 0
for k = 2, #KEYS do
  local packed, at = ARGV[k + 1], 1
  while at <= #packed do
    local slot, outcome, bucket, ms
    slot, outcome, bucket, ms, at = struct.unpack('>I4BI2I4', packed, at)
    if redis.call('SETBIT', KEYS[k], slot, 1) == 0 then
      any = any + 1
      counts[outcome] = (counts[outcome] or 0) + 1
      if outcome == 0 then
        times[bucket] = (times[bucket] or 0) + 1
        if not first or ms < first then first = ms end
        if not last or ms > last then last = ms end
        if ms <= 120000 then early = early + 1 end
      end
    end
  end
  redis.call('EXPIRE', KEYS[k], ARGV[1])
end
if any > 0 then
  redis.call('HINCRBY', report, 'settled', any)
  redis.call('HSET', report, 'progressAt', ARGV[2])
  for outcome, count in pairs(counts) do redis.call('HINCRBY', report, 'o:' .. names[outcome + 1], count) end
  for bucket, count in pairs(times) do redis.call('HINCRBY', report, 't:' .. bucket, count) end
  if early > 0 then redis.call('HINCRBY', report, 'early', early) end
  if first then
    local known = tonumber(redis.call('HGET', report, 'first'))
    if not known or first < known then redis.call('HSET', report, 'first', first) end
    known = tonumber(redis.call('HGET', report, 'last'))
    if not known or last > known then redis.call('HSET', report, 'last', last) end
  end
end
return finished(report)`);

/** KEYS: report, bitmap of batches. ARGV: batch, seconds to keep. */
const END_BATCH = script(`
if redis.call('SETBIT', KEYS[2], ARGV[1], 1) == 0 then redis.call('HINCRBY', KEYS[1], 'ended', 1) end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1`);

const progress = (answer: unknown): Progress => ({ finished: answer === 1 });

/** @param deps.now milliseconds since the epoch */
export function createLedger(deps: { redis: Redis; now: () => number }): Ledger {
  const { redis } = deps;
  const report = ({ alertId, version }: VersionId): string => keys.report(alertId, version);
  return {
    open: async (version, acceptedAtMs, keepSeconds) => {
      await redis
        .multi()
        .hsetnx(report(version), 'acceptedAt', acceptedAtMs)
        .hsetnx(report(version), 'progressAt', deps.now())
        .expire(report(version), keepSeconds)
        .exec();
    },
    addAudience: async (version, shard, count) => {
      await runScript(redis, ADD_AUDIENCE, [report(version)], [shard, count]);
    },
    cut: async (version, batches) =>
      progress(await runScript(redis, CUT, [report(version)], [batches, deps.now()])),
    settle: async (version, settled, keepSeconds) => {
      const shards = packByShard(settled);
      return progress(
        await runScript(
          redis,
          SETTLE,
          [
            report(version),
            ...[...shards.keys()].map((shard) => keys.ledger(version.alertId, version.version, shard)),
          ],
          [keepSeconds, deps.now(), ...shards.values()],
        ),
      );
    },
    endBatch: async (version, batch, keepSeconds) => {
      await runScript(
        redis,
        END_BATCH,
        [report(version), keys.batches(version.alertId, version.version)],
        [batch, keepSeconds],
      );
    },
    hasEnded: async (version, batch) =>
      (await redis.getbit(keys.batches(version.alertId, version.version), batch)) === 1,
    settledSlots: (version, shard, from, to) =>
      redis.getrangeBuffer(keys.ledger(version.alertId, version.version, shard), from, to),
    state: async (version) => {
      const [cut, batches, ended, progressAt, audience, settled] = await redis.hmget(
        report(version),
        'cut',
        'batches',
        'ended',
        'progressAt',
        'audience',
        'settled',
      );
      return {
        cut: cut === '1',
        batchesLeft: Number(batches ?? 0) - Number(ended ?? 0),
        progressAtMs: Number(progressAt ?? 0),
        finished: cut === '1' && Number(audience ?? 0) === Number(settled ?? 0),
      };
    },
  };
}

const ENTRY_BYTES = 11;

function packByShard(settled: readonly Settled[]): Map<number, Buffer> {
  const byShard = groupBy(settled, (entry) => entry.shard);
  return new Map([...byShard].map(([shard, entries]) => [shard, pack(entries)]));
}

function pack(entries: readonly Settled[]): Buffer {
  const packed = Buffer.allocUnsafe(entries.length * ENTRY_BYTES);
  entries.forEach((entry, index) => {
    const at = index * ENTRY_BYTES;
    packed.writeUInt32BE(entry.slot, at);
    packed.writeUInt8(OUTCOMES.indexOf(entry.outcome), at + 4);
    packed.writeUInt16BE(bucketOf(entry.ms), at + 5);
    packed.writeUInt32BE(Math.min(entry.ms, 0xff_ff_ff_ff), at + 7);
  });
  return packed;
}
