import type { Address } from './address.ts';
import type { Preferences } from './schema.ts';

/** A subscription as the store keeps it. */
export interface StoredSubscription {
  /** Made by its channel. */
  readonly address: Address;
  readonly preferences: Preferences;
}

/** A subscription as its reader sees it. */
export interface Subscription {
  /** base64url of the first 16 bytes of the endpoint's SHA-256. */
  readonly id: string;
  readonly preferences: Preferences;
  /** Nothing that Ajil sends arrives any more, since its keys have changed: the device must subscribe again. */
  readonly mustRenew: boolean;
}
