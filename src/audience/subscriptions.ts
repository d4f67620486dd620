import { timingSafeEqual } from 'node:crypto';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptBuffer } from '../redis/script.ts';
import { countBits } from './bitmap.ts';
import { packRecord, unpackRecord, type SubscriptionRecord } from './record.ts';
import { preferencesSchema, type AudienceQuery, type Preferences, type PreferencesPatch } from './schema.ts';
import { FIND, PUT, REMOVE } from './scripts.ts';
import { languageSet, topicSet, urgencySet } from './selection.ts';
import { placeOf, SHARDS, SLOT_QUARANTINE_MS, subscriptionId, type Place } from './shard.ts';

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
  | { readonly type: 'conflict' };

export type OwnedResult =
  | { readonly type: 'found'; readonly subscription: Subscription }
  | { readonly type: 'missing' }
  /** The `auth` shown is not the subscription's. */
  | { readonly type: 'denied' };

/** Every method is atomic and may be repeated. All reject only when Redis is away. */
export interface SubscriptionStore {
  put(subscription: SubscriptionKeys, preferences: Preferences): Promise<PutResult>;
  get(id: string, auth: Buffer): Promise<OwnedResult>;
  patch(id: string, auth: Buffer, patch: PreferencesPatch): Promise<OwnedResult>;
  /** `found` means that it is erased now, with everything that was kept of it. */
  remove(id: string, auth: Buffer): Promise<OwnedResult>;
  /** How many subscriptions an alert like this would go to now. */
  estimate(query: AudienceQuery): Promise<number>;
  count(): Promise<number>;
}

interface Found {
  readonly record: SubscriptionRecord;
  readonly preferences: Preferences;
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

  async function write(
    place: Place,
    record: SubscriptionRecord,
    topics: readonly string[],
    mode: 'new' | 'known',
  ): Promise<string> {
    const answer = await runScript(redis, PUT, shardKeys(place), [
      place.field,
      record.auth,
      packRecord(record),
      deps.now(),
      SLOT_QUARANTINE_MS,
      mode,
      ...setNames(record.preferences, topics),
    ]);
    return String(answer);
  }

  async function find(place: Place): Promise<Found | undefined> {
    const answer = (await runScriptBuffer(redis, FIND, shardKeys(place), [place.field])) as Buffer[] | null;
    const packed = answer?.[0];
    if (!answer || !packed || packed.length === 0) return undefined;
    const record = unpackRecord(packed);
    const topics = answer
      .slice(1)
      .map((name) => name.toString())
      .filter((name) => name.startsWith('t:'))
      .map((name) => name.slice(2));
    return { record, preferences: { topics: topics.sort(), ...record.preferences } };
  }

  /** Finds a subscription and lets go on only who shows its secret. */
  async function owned(
    id: string,
    auth: Buffer,
    goOn: (found: Found, place: Place) => Promise<OwnedResult>,
  ): Promise<OwnedResult> {
    const place = placeOf(id);
    const found = place === undefined ? undefined : await find(place);
    if (place === undefined || found === undefined) return { type: 'missing' };
    if (auth.length !== 16 || !timingSafeEqual(auth, found.record.auth)) return { type: 'denied' };
    return goOn(found, place);
  }

  const shown = (id: string, found: Found): OwnedResult => ({
    type: 'found',
    subscription: {
      id,
      preferences: found.preferences,
      vapidKeyChanged: found.record.vapidKeyId !== vapidKeyId,
    },
  });

  return {
    put: async (subscription, preferences) => {
      const id = subscriptionId(subscription.endpoint);
      const place = placeOf(id)!;
      const type = await write(
        place,
        { ...subscription, vapidKeyId, preferences: unselected(preferences) },
        preferences.topics,
        'new',
      );
      if (type === 'conflict') return { type };
      return {
        type: type === 'created' ? 'created' : 'updated',
        subscription: { id, preferences, vapidKeyChanged: false },
      };
    },
    get: (id, auth) => owned(id, auth, async (found) => shown(id, found)),
    patch: (id, auth, patch) =>
      owned(id, auth, async (found, place) => {
        const preferences = merge(found.preferences, patch);
        const record = { ...found.record, preferences: unselected(preferences) };
        // Between the two scripts the reader may have gone, or come back with another secret.
        const type = await write(place, record, preferences.topics, 'known');
        if (type === 'missing') return { type };
        return type === 'conflict' ? { type: 'denied' } : shown(id, { record, preferences });
      }),
    remove: (id, auth) =>
      owned(id, auth, async (found, place) => {
        await runScript(redis, REMOVE, shardKeys(place), [place.field, auth, deps.now()]);
        return shown(id, found);
      }),
    estimate: async (query) => {
      const counts = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => estimateShard(redis, shard, query)),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    count: async () => {
      const counts = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => redis.hget(keys.shard(shard, 'meta'), 'count')),
      );
      return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    },
  };
}

function shardKeys(place: Place): [string, string] {
  return [keys.shard(place.shard, ''), keys.shard(place.shard, `ids:${place.bucket}`)];
}

function unselected({ topics: _topics, ...rest }: Preferences): Omit<Preferences, 'topics'> {
  return rest;
}

/** A reader is in the set of every urgency that is at least as loud as the quietest it wants. */
function setNames(preferences: Omit<Preferences, 'topics'>, topics: readonly string[]): string[] {
  const heard = {
    flash: ['flash'],
    urgent: ['flash', 'urgent'],
    normal: ['flash', 'urgent', 'normal'],
  } as const;
  return [
    languageSet(preferences.lang),
    ...heard[preferences.urgency].map(urgencySet),
    ...new Set(topics.map(topicSet)),
  ];
}

/** RFC 7396: null removes. */
function merge(preferences: Preferences, patch: PreferencesPatch): Preferences {
  const merged = Object.entries({ ...preferences, ...patch }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return preferencesSchema.parse(Object.fromEntries(merged));
}

async function estimateShard(redis: Redis, shard: number, query: AudienceQuery): Promise<number> {
  const read = (name: string) => redis.getBuffer(keys.shard(shard, `in:${name}`));
  const [urgency, language, anyLanguage, ...topics] = await Promise.all([
    read(urgencySet(query.urgency)),
    read(languageSet(query.lang)),
    read(languageSet(undefined)),
    ...query.topics.map((topic) => read(topicSet(topic))),
  ]);
  if (!urgency) return 0;
  return countBits(
    urgency.map((byte, index) => {
      const spoken = (language?.[index] ?? 0) | (anyLanguage?.[index] ?? 0);
      const followed = topics.reduce((bits, topic) => bits | (topic?.[index] ?? 0), 0);
      return byte & spoken & followed;
    }),
  );
}
