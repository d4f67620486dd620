import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptBuffer } from '../redis/script.ts';
import { setBits, without } from './bitmap.ts';
import { byPage } from './pages.ts';
import { PUT_KEYINGS } from './scripts/put-keyings.ts';
import { TAKE_KEYINGS } from './scripts/take-keyings.ts';
import { EVERYBODY } from './set-names.ts';
import { KEYING_BYTES, PAGE_SIZE, SHARDS } from './shard.ts';

/** The subscriptions of a shard that have no keying, and what {@link Keyings.put} must be told. */
export interface Unarmed {
  /** Rising. Unproven subscriptions are not among them: strangers would have work done for nothing. */
  readonly slots: readonly number[];
  /** How often keyings were taken out of the shard. */
  readonly generation: string;
}

/**
 * What channels have made ahead for the next message to each subscription: its keying, {@link KEYING_BYTES} bytes that only
 * the channel reads. A subscription that has one is armed. A keying leaves the store when it is taken, in one step, and never
 * comes back: no two messages get the same (docs/decisions/0039).
 */
export interface Keyings {
  /** Takes the keyings in these slots (rising) out. Slots that have none are left out of the answer. */
  take(shard: number, slots: readonly number[]): Promise<ReadonlyMap<number, Buffer>>;
  unarmed(shard: number): Promise<Unarmed>;
  /** Numbers of the shard. As long as they stay the same, hardly anybody has become unarmed. */
  state(shard: number): Promise<string>;
  /**
   * Stores keyings of one page, by slot; undefined means that this subscription needs none now.
   * @param generation as {@link unarmed} answered it before the keyings were made
   * @returns false if keyings were taken out of the shard since: these may be among them, and are lost
   */
  put(
    shard: number,
    generation: string,
    keyings: readonly (readonly [slot: number, keying: Buffer | undefined])[],
  ): Promise<boolean>;
  /** How many subscriptions are armed: at most as many as are proven. */
  armed(): Promise<number>;
  /** Removes all keyings of a shard. */
  clear(shard: number): Promise<void>;
}

const NOTHING = Buffer.alloc(0);
/** A keying that says: none. */
const NONE = Buffer.alloc(KEYING_BYTES);
/** Nearly every other begins with another byte; this runs for each message. */
const isNone = (keying: Buffer): boolean => keying[0] === 0 && keying.equals(NONE);

export function createKeyings({ redis }: { redis: Redis }): Keyings {
  return {
    take: async (shard, slots) => {
      const pages = byPage(slots);
      const taken = await runScriptBuffer(
        redis,
        TAKE_KEYINGS,
        [keys.shard(shard, '')],
        pages.flatMap(({ page, slots }) => [page, placesOf(slots)]),
      );
      const found = new Map<number, Buffer>();
      for (const [index, { slots }] of pages.entries()) {
        const bytes = taken[index] ?? NOTHING;
        slots.forEach((slot, place) => {
          const keying = bytes.subarray(place * KEYING_BYTES, (place + 1) * KEYING_BYTES);
          if (keying.length === KEYING_BYTES && !isNone(keying)) found.set(slot, keying);
        });
      }
      return found;
    },
    unarmed: async (shard) => {
      const generation = (await redis.hget(keys.shard(shard, 'meta'), 'keyings-taken')) ?? '0';
      const [everybody, unproven, armed] = await Promise.all(
        [`in:${EVERYBODY}`, 'unproven', 'armed'].map((name) => redis.getBuffer(keys.shard(shard, name))),
      );
      const proven = without(everybody ?? NOTHING, unproven ?? NOTHING);
      return { generation, slots: setBits(without(proven, armed ?? NOTHING)) };
    },
    state: async (shard) =>
      JSON.stringify(await redis.hmget(keys.shard(shard, 'meta'), 'keyings-taken', 'count', 'unproven')),
    put: (shard, generation, keyings) => {
      const slots = keyings.map(([slot]) => slot);
      return runScript(
        redis,
        PUT_KEYINGS,
        [keys.shard(shard, '')],
        [
          generation,
          Math.floor((slots[0] ?? 0) / PAGE_SIZE),
          placesOf(slots),
          Buffer.concat(keyings.map(([, keying]) => keying ?? NONE)),
        ],
      );
    },
    armed: async () => {
      const counts = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => redis.bitcount(keys.shard(shard, 'armed'))),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    clear: async (shard) => {
      const next = Number((await redis.hget(keys.shard(shard, 'meta'), 'next')) ?? 0);
      const pages = Array.from({ length: Math.ceil(next / PAGE_SIZE) }, (_, page) => `keyings:${page}`);
      for (let at = 0; at < pages.length; at += 1000) {
        await redis.unlink(...pages.slice(at, at + 1000).map((name) => keys.shard(shard, name)));
      }
      await redis.unlink(keys.shard(shard, 'armed'));
    },
  };
}

/** Of slots in their page, a byte each. */
const placesOf = (slots: readonly number[]): Buffer => Buffer.from(slots.map((slot) => slot % PAGE_SIZE));
