import { createECDH, randomBytes } from 'node:crypto';
import type { Preferences } from '../../src/audience/schema.ts';
import { placeOf, subscriptionId } from '../../src/audience/shard.ts';
import { openAddresses } from '../../src/channels/addresses.ts';

const VAPID_KEY_ID = 'AAAAAA';
/** The addresses of these readers, with the key that they have subscribed with in use. */
export const ADDRESSES = openAddresses({ config: { pushAllowedOrigins: [] }, vapidKeyId: VAPID_KEY_ID });
const p256dh = createECDH('prime256v1').generateKeys();

/** A subscription as a browser makes one, with these preferences. */
export function reader(preferences: Partial<Preferences> = {}) {
  const endpoint = `https://fcm.googleapis.com/fcm/send/${randomBytes(110).toString('base64url')}`;
  const chosen: Preferences = { topics: ['world'], urgency: 'normal', ...preferences };
  const address = { endpoint, p256dh, auth: randomBytes(16), vapidKeyId: VAPID_KEY_ID };
  return { address, preferences: chosen };
}

interface Kept {
  readonly address: { readonly endpoint: string };
}

export const shardOf = ({ address }: Kept): number => placeOf(subscriptionId(address.endpoint))!.shard;

/** One that is kept in the same shard as `other`. */
export function neighbourOf(other: Kept, preferences: Partial<Preferences> = {}) {
  for (;;) {
    const one = reader(preferences);
    if (shardOf(one) === shardOf(other)) return one;
  }
}
