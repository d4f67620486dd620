import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptMany } from '../redis/script.ts';
import { packRecord } from './record.ts';
import type { Preferences } from './schema.ts';
import { PUT, REMOVE } from './scripts.ts';
import { setNames } from './set-names.ts';
import { SHARDS, SLOT_QUARANTINE_MS, type Place } from './shard.ts';
import type { SubscriptionKeys } from './subscriptions.ts';

/** All that is kept of a subscription. */
export interface StoredSubscription extends SubscriptionKeys {
  readonly vapidKeyId: string;
  readonly preferences: Preferences;
}

export interface Placed {
  readonly record: StoredSubscription;
  readonly place: Place;
}

/** `conflict`: it is kept with another secret; `changed`: it has not the revision that was told; `full`: no room for unproven ones. */
type Written = 'created' | 'updated' | 'conflict' | 'changed' | 'full';

/**
 * Unproven subscriptions that a shard holds at most, 131,072 in all. Strangers can bring any number, and each alert tries
 * them; readers become proven with their first alert.
 */
const MOST_UNPROVEN = 2048;

/** Runs the scripts that change a shard. */
export function createRecordWriter(deps: { redis: Redis; now: () => number }) {
  const { redis } = deps;

  const call = ({ record, place }: Placed, unproven: boolean, revision = '') => ({
    names: shardKeys(place),
    args: [
      place.field,
      record.auth,
      packRecord(record, unproven),
      deps.now(),
      SLOT_QUARANTINE_MS,
      revision,
      MOST_UNPROVEN,
      ...setNames(record.preferences),
    ],
  });

  return {
    /**
     * As a reader's browser asks: a new one is unproven.
     * @param revision only over this one of it; without, whatever is there, and it may come to be
     */
    write: async (placed: Placed, revision?: string): Promise<Written> => {
      const { names, args } = call(placed, true, revision);
      return (await runScript(redis, PUT, names, args)) as Written;
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
          indices.forEach((index, at) => (written[index] = answers[at] as Written));
        }),
      );
      return written;
    },
    /** Tells whether it was there, and was owned. */
    remove: async (place: Place, auth: Buffer): Promise<boolean> =>
      (await runScript(redis, REMOVE, shardKeys(place), [place.field, auth, deps.now()])) === 1,
  };
}

export function shardKeys(place: Place): [string, string] {
  return [keys.shard(place.shard, ''), keys.shard(place.shard, `ids:${place.bucket}`)];
}
