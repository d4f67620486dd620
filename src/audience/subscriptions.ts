import type { AudienceQuery, Preferences, PreferencesPatch } from './schema.ts';

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
  put(keys: SubscriptionKeys, preferences: Preferences): Promise<PutResult>;
  get(id: string, auth: Buffer): Promise<OwnedResult>;
  patch(id: string, auth: Buffer, patch: PreferencesPatch): Promise<OwnedResult>;
  /** `found` means that it is erased now, with everything that was kept of it. */
  remove(id: string, auth: Buffer): Promise<OwnedResult>;
  /** How many subscriptions an alert like this would go to now. */
  estimate(query: AudienceQuery): Promise<number>;
}
