import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptMany } from '../redis/script.ts';
import type { Addresses } from './address.ts';
import { packRecord } from './record.ts';
import { PUT } from './scripts/put.ts';
import { engagedSets } from './engagement.ts';
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
 * A shard holds this many unproven subscriptions at most, all shards 131,072. Strangers can make up any number, and each
 * alert is sent to them. A reader's subscription is proven by its first alert.
 */
const MOST_UNPROVEN = 2048;

export interface Erased {
  /** False: it was not stored with this secret. */
  readonly isErased: boolean;
  /** The first of the audiences asked about that it belonged to. */
  readonly audience: string | undefined;
}

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
    /** For a reader's browser: a new subscription is unproven. */
    write: (placed: Placed): Promise<Written> => {
      const { names, args } = call(placed, true);
      return runScript(redis, PUT, names, args);
    },
    /** For an operator, who vouches for them: they are proven. One round trip for each shard; the answers are in the same order. */
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
    /**
     * Erases it, if it was stored with this secret.
     * @returns which of the frozen audiences it belonged to, the first of them
     */
    remove: async (place: Place, auth: Buffer, audiences: readonly string[] = []): Promise<Erased> => {
      const answer = await runScript(redis, REMOVE, shardKeys(place), [
        place.field,
        auth,
        deps.now(),
        ...engagedSets(deps.now()),
        ...audiences,
      ]);
      return { isErased: answer > 0, audience: audiences[answer - 2] };
    },
  };
}

export function shardKeys(place: Place): [string, string] {
  return [keys.shard(place.shard, ''), keys.shard(place.shard, `ids:${place.bucket}`)];
}
