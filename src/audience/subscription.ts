import type { Preferences } from './schema.ts';

/** A browser's push subscription. The endpoint has already passed the endpoint policy. */
export interface SubscriptionKeys {
  readonly endpoint: string;
  /** 65 bytes, a point on P-256. */
  readonly p256dh: Buffer;
  /** 16 bytes. */
  readonly auth: Buffer;
}

/** A subscription with its preferences, as it enters the store. */
export interface NewSubscription extends SubscriptionKeys {
  /** base64url; by default the key in use. */
  readonly vapidKeyId?: string | undefined;
  readonly preferences: Preferences;
}

/** A subscription as the store keeps it. */
export interface StoredSubscription extends NewSubscription {
  readonly vapidKeyId: string;
}

/** A subscription as its reader sees it. */
export interface Subscription {
  /** base64url of the first 16 bytes of the endpoint's SHA-256. */
  readonly id: string;
  readonly preferences: Preferences;
  /** The browser subscribed with a VAPID key that is no longer ours: it must subscribe again. */
  readonly vapidKeyChanged: boolean;
}
