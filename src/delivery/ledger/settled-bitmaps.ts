import { groupBy } from '../group-by.ts';
import { OUTCOMES, type Outcome } from '../report/outcomes.ts';
import { packSlots, slotKey, slotsOf, type Slot, type Slots } from './slots.ts';
import { SERVICES, type Service } from '../report/services.ts';
import { bucketOf } from '../report/time-curve.ts';

export interface Settled extends Slot {
  readonly outcome: Outcome;
  /** Undefined: not known. */
  readonly service?: Service | undefined;
  /** Milliseconds since the version was accepted. */
  readonly ms: number;
  /** An earlier attempt had no answer, so the device may have the message whatever the outcome says. */
  readonly mayHaveArrived?: boolean;
}

export const TWO_MINUTES_MS = 120_000;
const ENTRY_BYTES = 12;
const RUN_HEAD_BYTES = 7;
/** Up to this many bytes, writing a gap costs less than starting a new run. */
const MAX_GAP = 16;
/** The script takes a run's bytes on its stack. */
const MAX_RUN = 512;

/** Outcomes as the checkpoint script takes them. */
export function packSettled(settled: readonly Settled[]): {
  shards: readonly number[];
  runs: Buffer;
  entries: Buffer;
  sums: string;
  /** The deliveries that certainly did not arrive, and their shards. */
  missed: { readonly shards: readonly number[]; readonly entries: Buffer };
  first: number | '';
  last: number | '';
} {
  const byShard = groupBy(settled, (entry) => entry.shard);
  const times = settled.filter(({ outcome }) => outcome === 'accepted').map(({ ms }) => ms);
  return {
    shards: [...byShard.keys()],
    runs: Buffer.concat(
      [...byShard].flatMap(([shard, entries]) =>
        packRuns(
          shard,
          entries.map(({ slot }) => slot),
        ),
      ),
    ),
    entries: packEntries(settled),
    sums: JSON.stringify(sumUp(settled)),
    missed: packMissed(settled),
    first: times.length === 0 ? '' : Math.min(...times),
    last: times.length === 0 ? '' : Math.max(...times),
  };
}

function packMissed(settled: readonly Settled[]): { shards: readonly number[]; entries: Buffer } {
  const missed = settled.filter(({ outcome, mayHaveArrived }) => outcome !== 'accepted' && !mayHaveArrived);
  const slots = slotsOf(missed.map(({ shard, slot }) => slotKey(shard, slot)));
  return { shards: slots.map(([shard]) => shard), entries: packSlots(slots) };
}

/** Slots of many shards as runs of bytes of the shards' bitmaps. */
export function packSlotRuns(slots: Slots): Buffer {
  return Buffer.concat(slots.flatMap(([shard, all]) => packRuns(shard, all)));
}

function packRuns(shard: number, slots: readonly number[]): Buffer[] {
  const bits = new Map<number, number>();
  for (const slot of slots) bits.set(slot >> 3, (bits.get(slot >> 3) ?? 0) | (0x80 >> (slot & 7)));
  const runs: Buffer[] = [];
  let run: number[] = [];
  let start = 0;
  const close = (): void => {
    if (run.length === 0) return;
    const packed = Buffer.alloc(RUN_HEAD_BYTES + run.length);
    packed.writeUInt8(shard, 0);
    packed.writeUInt32BE(start, 1);
    packed.writeUInt16BE(run.length, 5);
    packed.set(run, RUN_HEAD_BYTES);
    runs.push(packed);
    run = [];
  };
  for (const [index, byte] of [...bits].sort(([a], [b]) => a - b)) {
    const gap = index - start - run.length;
    if (gap > MAX_GAP || run.length + gap >= MAX_RUN) close();
    if (run.length === 0) start = index;
    while (start + run.length < index) run.push(0);
    run.push(byte);
  }
  close();
  return runs;
}

function packEntries(settled: readonly Settled[]): Buffer {
  const packed = Buffer.allocUnsafe(settled.length * ENTRY_BYTES);
  settled.forEach(({ shard, slot, outcome, service, ms }, index) => {
    const at = index * ENTRY_BYTES;
    packed.writeUInt8(shard, at);
    packed.writeUInt32BE(slot, at + 1);
    const code = service === undefined ? 0 : SERVICES.indexOf(service) + 1;
    packed.writeUInt8(code * 16 + OUTCOMES.indexOf(outcome), at + 5);
    packed.writeUInt16BE(bucketOf(ms), at + 6);
    packed.writeUInt32BE(Math.min(ms, 0xff_ff_ff_ff), at + 8);
  });
  return packed;
}

/** The increments of the report's counters if none of the outcomes was counted before. */
function sumUp(settled: readonly Settled[]): [counter: string, increment: number][] {
  const sums = new Map<string, number>();
  const add = (name: string): void => void sums.set(name, (sums.get(name) ?? 0) + 1);
  for (const { outcome, service, ms } of settled) {
    add('settled');
    add(`o:${outcome}`);
    if (service !== undefined) add(`p:${service}:${outcome}`);
    if (outcome !== 'accepted') continue;
    add(`t:${bucketOf(ms)}`);
    if (ms <= TWO_MINUTES_MS) add('early');
  }
  return [...sums];
}
