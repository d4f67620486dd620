import { timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptBuffer } from '../redis/script.ts';
import type { Address, Addresses } from './address.ts';
import { estimateAudience } from './estimate.ts';
import { patchSubscription } from './patch.ts';
import { unpackSubscription } from './record.ts';
import { createRecordWriter, shardKeys, type Erased } from './record-writer.ts';
import type { AudienceQuery, Preferences, PreferencesPatch } from './schema.ts';
import { FIND } from './scripts/find.ts';
import { NOTE } from './scripts/note.ts';
import { placeOf, SHARDS, subscriptionId, type Place } from './shard.ts';
import type { StoredSubscription, Subscription } from './subscription.ts';

export type PutResult =
  | { readonly type: 'created' | 'updated'; readonly subscription: Subscription }
  /** The endpoint is known, with another `auth`. */
  | { readonly type: 'conflict' }
  /** The shard has too many unproven subscriptions. */
  | { readonly type: 'full' };

interface Found {
  readonly type: 'found';
  readonly subscription: Subscription;
}
type NotOwned =
  | { readonly type: 'missing' }
  /** The `auth` shown is not the subscription's. */
  | { readonly type: 'denied' };

export type OwnedResult = Found | NotOwned;
export type RemoveResult = (Found & Erased) | NotOwned;

export type PatchResult =
  | OwnedResult
  /** The preferences would not be valid after the patch. */
  | { readonly type: 'invalid'; readonly error: z.ZodError };

/** How an alert ended for one subscription. */
export interface Note {
  readonly slot: number;
  readonly auth: Buffer;
  readonly accepted: boolean;
}

/** Every method is atomic and may be repeated, and rejects only when Redis is away. */
export interface SubscriptionStore {
  /** For a device. A new subscription is unproven until its push service accepts a message. */
  put(address: Address, preferences: Preferences): Promise<PutResult>;
  /** For an operator, who vouches for them: they are proven. Each is atomic by itself. The answers are in the same order. */
  putAll(subscriptions: readonly StoredSubscription[]): Promise<PutResult['type'][]>;
  get(id: string, auth: Buffer): Promise<OwnedResult>;
  patch(id: string, auth: Buffer, patch: PreferencesPatch): Promise<PatchResult>;
  /**
   * `found`: it is erased now, with everything that was kept of it.
   * @param audiences names of frozen audiences: the first that it belonged to is answered
   */
  remove(id: string, auth: Buffer, audiences?: readonly string[]): Promise<RemoveResult>;
  /** The same for the operator, without a proof of possession. Answers whether it was stored. */
  erase(id: string): Promise<boolean>;
  /** Stores push services' answers about subscriptions of a shard. Answers how many consecutive refusals each has now. */
  note(shard: number, notes: readonly Note[]): Promise<number[]>;
  /** The number of subscriptions that an alert like this would go to now. */
  estimate(query: AudienceQuery): Promise<number>;
  count(): Promise<number>;
  /** The same by standing. Reads one small hash a shard. */
  standings(): Promise<{ readonly proven: number; readonly unproven: number }>;
}

/** @param deps.now milliseconds since the epoch */
export function createSubscriptionStore(deps: {
  redis: Redis;
  addresses: Addresses;
  now: () => number;
}): SubscriptionStore {
  const { redis, addresses } = deps;

  const writer = createRecordWriter(deps);

  async function find(place: Place): Promise<StoredSubscription | undefined> {
    const found = await runScriptBuffer(redis, FIND, shardKeys(place), [place.field]);
    return found === null ? undefined : unpackSubscription(addresses, found);
  }

  /** Finds a subscription, and continues only for a caller that shows its secret. */
  async function owned<R>(
    id: string,
    auth: Buffer,
    goOn: (found: StoredSubscription, place: Place) => Promise<R>,
  ): Promise<R | NotOwned> {
    const place = placeOf(id);
    const found = place === undefined ? undefined : await find(place);
    if (place === undefined || found === undefined) return { type: 'missing' };
    if (auth.length !== 16 || !timingSafeEqual(auth, found.address.auth)) return { type: 'denied' };
    return goOn(found, place);
  }

  const shown = (id: string, found: StoredSubscription) => ({
    type: 'found' as const,
    subscription: {
      id,
      preferences: found.preferences,
      mustRenew: addresses.of(found.address.endpoint).mustRenew(found.address),
    },
  });

  async function patch(id: string, auth: Buffer, change: PreferencesPatch): Promise<PatchResult> {
    const place = placeOf(id);
    if (place === undefined) return { type: 'missing' };
    const patched = await patchSubscription(deps, place, auth, change);
    return patched.type === 'found' ? shown(id, patched.subscription) : patched;
  }

  async function standings(): Promise<{ proven: number; unproven: number }> {
    const counts = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) =>
        redis.hmget(keys.shard(shard, 'meta'), 'count', 'unproven'),
      ),
    );
    const [all, unproven] = [0, 1].map((at) => counts.reduce((sum, of) => sum + Number(of[at] ?? 0), 0));
    return { proven: all! - unproven!, unproven: unproven! };
  }

  return {
    put: async (address, preferences) => {
      const id = subscriptionId(address.endpoint);
      const record = { address, preferences };
      const type = await writer.write({ record, place: placeOf(id)! });
      if (type === 'conflict' || type === 'full') return { type };
      const { subscription } = shown(id, record);
      return { type, subscription };
    },
    putAll: (subscriptions) =>
      writer.writeAll(
        subscriptions.map((record) => ({ record, place: placeOf(subscriptionId(record.address.endpoint))! })),
      ),
    get: (id, auth) => owned(id, auth, async (found) => shown(id, found)),
    patch,
    remove: (id, auth, audiences) =>
      owned(id, auth, async (found, place) => ({
        ...shown(id, found),
        ...(await writer.remove(place, auth, audiences)),
      })),
    erase: async (id) => {
      const place = placeOf(id);
      const found = place === undefined ? undefined : await find(place);
      if (place === undefined || found === undefined) return false;
      return (await writer.remove(place, found.address.auth)).isErased;
    },
    note: (shard, notes) =>
      runScript(
        redis,
        NOTE,
        [keys.shard(shard, '')],
        notes.flatMap(({ slot, auth, accepted }) => [slot, auth, accepted ? 1 : 0]),
      ),
    estimate: (query) => estimateAudience(redis, query),
    count: async () => {
      const { proven, unproven } = await standings();
      return proven + unproven;
    },
    standings,
  };
}
