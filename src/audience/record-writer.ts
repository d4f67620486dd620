import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptMany } from '../redis/script.ts';
import type { Addresses } from './address.ts';
import { packRecord } from './record.ts';
import { PUT } from './scripts/put.ts';
import { REMOVE } from './scripts/remove.ts';
import { setNames } from './set-names.ts';
import { SHARDS, SLOT_QUARANTINE_MS, type Place } from './shard.ts';
import type { StoredSubscription } from './subscription.ts';

export interface Placed {
  readonly record: StoredSubscription;
  readonly place: Place;
}

/** `conflict`: the endpoint is kept with another secret; `full`: no room for unproven ones. */
type Written = 'created' | 'updated' | 'conflict' | 'full';

/**
 * Unproven subscriptions that a shard holds at most, 131,072 in all. Strangers can bring any number, and each alert tries
 * them; readers become proven with their first alert.
 */
const MOST_UNPROVEN = 2048;

/** Runs the scripts that change a shard. */
export function createRecordWriter(deps: { redis: Redis; addresses: Addresses; now: () => number }) {
  const { redis } = deps;

  const call = ({ record, place }: Placed, unproven: boolean) => ({
    names: shardKeys(place),
    args: [
      place.field,
      record.address.auth,
      packRecord(deps.addresses, record, unproven),
      deps.now(),
      SLOT_QUARANTINE_MS,
      MOST_UNPROVEN,
      ...setNames(record.preferences),
    ],
  });

  return {
    /** As a reader's browser asks: a new one is unproven. */
    write: (placed: Placed): Promise<Written> => {
      const { names, args } = call(placed, true);
      return runScript(redis, PUT, names, args);
    },
    /** As an operator asks, who vouches for them: they are proven. One round trip a shard; the answers come in the same order. */
    writeAll: async (all: readonly Placed[]): Promise<Written[]> => {
      const byShard = Array.from({ length: SHARDS }, (): number[] => []);
      all.forEach(({ place }, index) => byShard[place.shard]?.push(index));
      const written: Written[] = [];
      await Promise.all(
        byShard.map(async (indices) => {
          if (indices.length === 0) return;
          const calls = indices.map((index) => call(all[index]!, false));
          const answers = await runScriptMany(redis, PUT, calls);
          indices.forEach((index, at) => (written[index] = answers[at]!));
        }),
      );
      return written;
    },
    /** Tells whether it was there, and was owned. */
    remove: (place: Place, auth: Buffer): Promise<boolean> =>
      runScript(redis, REMOVE, shardKeys(place), [place.field, auth, deps.now()]),
  };
}

export function shardKeys(place: Place): [string, string] {
  return [keys.shard(place.shard, ''), keys.shard(place.shard, `ids:${place.bucket}`)];
}
