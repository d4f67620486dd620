import { timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptBuffer } from '../redis/script.ts';
import { estimateAudience } from './estimate.ts';
import { unpackRecord } from './record.ts';
import { createRecordWriter, shardKeys, type StoredSubscription } from './record-writer.ts';
import { preferencesSchema, type AudienceQuery, type Preferences, type PreferencesPatch } from './schema.ts';
import { FIND, NOTE } from './scripts.ts';
import { topicsOf } from './set-names.ts';
import { createTurnsByKey } from './turns-by-key.ts';
import { placeOf, SHARDS, subscriptionId, type Place } from './shard.ts';

/** What identifies a browser's push subscription; the endpoint has already passed the endpoint policy. */
export interface SubscriptionKeys {
  readonly endpoint: string;
  /** 65 bytes, a point on P-256. */
  readonly p256dh: Buffer;
  /** 16 bytes. */
  readonly auth: Buffer;
}

export interface Subscription {
  /** base64url of the first 16 bytes of the endpoint's SHA-256. */
  readonly id: string;
  readonly preferences: Preferences;
  /** The VAPID key that the browser subscribed with is no longer ours: it must subscribe anew. */
  readonly vapidKeyChanged: boolean;
}

export type PutResult =
  | { readonly type: 'created' | 'updated'; readonly subscription: Subscription }
  /** The endpoint is known, with another `auth`. */
  | { readonly type: 'conflict' }
  /** Too many wait for the first message that their push service accepts. */
  | { readonly type: 'full' };

export type OwnedResult =
  | { readonly type: 'found'; readonly subscription: Subscription }
  | { readonly type: 'missing' }
  /** The `auth` shown is not the subscription's. */
  | { readonly type: 'denied' };

export type PatchResult =
  | OwnedResult
  /** What the patch makes of the preferences is not valid. */
  | { readonly type: 'invalid'; readonly error: z.ZodError }
  /** Too many changes of this subscription come at once. */
  | { readonly type: 'busy' };

/** Changes of one subscription that may wait for each other in a process, and tries of one against other processes. */
const MOST_PATCHES_WAITING = 8;
const MOST_PATCH_TRIES = 5;

/** What became of an alert for one subscription. */
export interface Note {
  readonly slot: number;
  readonly auth: Buffer;
  readonly accepted: boolean;
}

/** A subscription with its preferences. */
export interface NewSubscription extends SubscriptionKeys {
  /** base64url; the key in use, when it is not told. */
  readonly vapidKeyId?: string | undefined;
  readonly preferences: Preferences;
}

interface Found extends StoredSubscription {
  /** Another one whenever something of it changes. */
  readonly revision: string;
}

/** Every method is atomic and may be repeated. All reject only when Redis is away. */
export interface SubscriptionStore {
  /** As a browser asks. A new one is unproven until its push service accepts a message. */
  put(subscription: SubscriptionKeys, preferences: Preferences): Promise<PutResult>;
  /** Many at once that the operator vouches for: they are proven. Each is atomic by itself. The answers come in the same order. */
  putAll(subscriptions: readonly NewSubscription[]): Promise<PutResult['type'][]>;
  get(id: string, auth: Buffer): Promise<OwnedResult>;
  patch(id: string, auth: Buffer, patch: PreferencesPatch): Promise<PatchResult>;
  /** `found` means that it is erased now, with everything that was kept of it. */
  remove(id: string, auth: Buffer): Promise<OwnedResult>;
  /** The same for the operator, who need not prove possession. Tells whether it was there. */
  erase(id: string): Promise<boolean>;
  /** Notes what their push service has said of subscriptions in a shard. Answers how many refusals in a row each has now. */
  note(shard: number, notes: readonly Note[]): Promise<number[]>;
  /** How many subscriptions an alert like this would go to now. */
  estimate(query: AudienceQuery): Promise<number>;
  count(): Promise<number>;
}

/**
 * @param deps.vapidKeyId id of the VAPID key in use; stored with each subscription
 * @param deps.now milliseconds since the epoch
 */
export function createSubscriptionStore(deps: {
  redis: Redis;
  vapidKeyId: string;
  now: () => number;
}): SubscriptionStore {
  const { redis, vapidKeyId } = deps;

  const writer = createRecordWriter(deps);

  async function find(place: Place): Promise<Found | undefined> {
    const answer = (await runScriptBuffer(redis, FIND, shardKeys(place), [place.field])) as Buffer[] | null;
    const [revision, packed, ...names] = answer ?? [];
    if (!revision || !packed || packed.length === 0) return undefined;
    const { preferences, ...record } = unpackRecord(packed);
    return {
      ...record,
      preferences: { topics: topicsOf(names.map(String)), ...preferences },
      revision: revision.toString(),
    };
  }

  /** Finds a subscription, and continues only for a caller that shows its secret. */
  async function owned<R>(
    id: string,
    auth: Buffer,
    goOn: (found: Found, place: Place) => Promise<R>,
  ): Promise<R | OwnedResult> {
    const place = placeOf(id);
    const found = place === undefined ? undefined : await find(place);
    if (place === undefined || found === undefined) return { type: 'missing' };
    if (auth.length !== 16 || !timingSafeEqual(auth, found.auth)) return { type: 'denied' };
    return goOn(found, place);
  }

  const shown = (id: string, found: StoredSubscription): OwnedResult => ({
    type: 'found',
    subscription: {
      id,
      preferences: found.preferences,
      vapidKeyChanged: found.vapidKeyId !== vapidKeyId,
    },
  });

  /** One try: `changed` when another call came in between, and what it changed must stay. */
  const tryPatch = (id: string, auth: Buffer, change: PreferencesPatch): Promise<PatchResult | 'changed'> =>
    owned<PatchResult | 'changed'>(id, auth, async (found, place) => {
      const { revision, ...known } = found;
      const preferences = merge(known.preferences, change);
      if (!preferences.success) return { type: 'invalid', error: preferences.error };
      const record = { ...known, preferences: preferences.data };
      const type = await writer.write({ record, place }, revision);
      return type === 'updated' ? shown(id, record) : 'changed';
    });

  /** Calls for one subscription wait for each other in this process; those of other processes may still come in between. */
  const patching = createTurnsByKey(MOST_PATCHES_WAITING);

  async function patch(id: string, auth: Buffer, change: PreferencesPatch): Promise<PatchResult> {
    const result = await patching.take(id, async () => {
      for (let tries = 0; tries < MOST_PATCH_TRIES; tries++) {
        const tried = await tryPatch(id, auth, change);
        if (tried !== 'changed') return tried;
      }
      return undefined;
    });
    return result ?? { type: 'busy' };
  }

  return {
    put: async (subscription, preferences) => {
      const id = subscriptionId(subscription.endpoint);
      const record = { ...subscription, vapidKeyId, preferences };
      const type = await writer.write({ record, place: placeOf(id)! });
      if (type === 'conflict' || type === 'full') return { type };
      return {
        type: type === 'created' ? 'created' : 'updated',
        subscription: { id, preferences, vapidKeyChanged: false },
      };
    },
    putAll: async (subscriptions) => {
      const answers = await writer.writeAll(
        subscriptions.map((subscription) => ({
          record: { ...subscription, vapidKeyId: subscription.vapidKeyId ?? vapidKeyId },
          place: placeOf(subscriptionId(subscription.endpoint))!,
        })),
      );
      return answers as PutResult['type'][];
    },
    get: (id, auth) => owned(id, auth, async (found) => shown(id, found)),
    patch,
    remove: (id, auth) =>
      owned(id, auth, async (found, place) => {
        await writer.remove(place, auth);
        return shown(id, found);
      }),
    erase: async (id) => {
      const place = placeOf(id);
      const found = place === undefined ? undefined : await find(place);
      return place !== undefined && found !== undefined && (await writer.remove(place, found.auth));
    },
    note: async (shard, notes) =>
      (await runScript(
        redis,
        NOTE,
        [keys.shard(shard, '')],
        notes.flatMap(({ slot, auth, accepted }) => [slot, auth, accepted ? 1 : 0]),
      )) as number[],
    estimate: (query) => estimateAudience(redis, query),
    count: async () => {
      const counts = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => redis.hget(keys.shard(shard, 'meta'), 'count')),
      );
      return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    },
  };
}

/**
 * Merges a patch into what is stored (RFC 7396, section 2) and checks the outcome. What is stored and not read any more (a
 * time zone that this Node does not know, a language that is refused today) is left out, unless the patch speaks of it.
 */
function merge(preferences: Preferences, patch: PreferencesPatch): z.ZodSafeParseResult<Preferences> {
  const readable = Object.entries(preferences).filter(
    ([name, value]) =>
      name in patch || preferencesSchema.shape[name as keyof Preferences].safeParse(value).success,
  );
  return preferencesSchema.safeParse(mergePatch(Object.fromEntries(readable), patch));
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
