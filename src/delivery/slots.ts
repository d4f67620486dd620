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
