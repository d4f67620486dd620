/** One delivery of a version: the slot of its subscription in a shard. */
export interface Slot {
  readonly shard: number;
  readonly slot: number;
}

/** Deliveries of a version by shard, rising. */
export type Slots = readonly (readonly [shard: number, slots: readonly number[]])[];

const SHARD_FACTOR = 2 ** 32;

/** A slot as one number, for sets. */
export const slotKey = (shard: number, slot: number): number => shard * SHARD_FACTOR + slot;

export function slotsOf(slotKeys: Iterable<number>): Slots {
  const shards = new Map<number, number[]>();
  for (const key of [...slotKeys].sort((a, b) => a - b)) {
    const shard = Math.floor(key / SHARD_FACTOR);
    const slots = shards.get(shard);
    if (slots) slots.push(key % SHARD_FACTOR);
    else shards.set(shard, [key % SHARD_FACTOR]);
  }
  return [...shards];
}

/** A packed slot: shard (1), slot (4). */
export const ENTRY_BYTES = 5;

export function packSlots(slots: Slots): Buffer {
  const packed = Buffer.allocUnsafe(slots.reduce((sum, [, all]) => sum + all.length, 0) * ENTRY_BYTES);
  let at = 0;
  for (const [shard, all] of slots) {
    for (const slot of all) {
      packed.writeUInt8(shard, at);
      packed.writeUInt32BE(slot, at + 1);
      at += ENTRY_BYTES;
    }
  }
  return packed;
}
