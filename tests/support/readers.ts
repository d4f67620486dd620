import { createECDH, randomBytes } from 'node:crypto';
import type { Preferences } from '../../src/audience/schema.ts';
import { placeOf, subscriptionId } from '../../src/audience/shard.ts';

const p256dh = createECDH('prime256v1').generateKeys();

/** A subscription as a browser makes one, with these preferences. */
export function reader(preferences: Partial<Preferences> = {}) {
  const endpoint = `https://fcm.googleapis.com/fcm/send/${randomBytes(110).toString('base64url')}`;
  const chosen: Preferences = { topics: ['world'], urgency: 'normal', ...preferences };
  return { endpoint, p256dh, auth: randomBytes(16), preferences: chosen };
}

export const shardOf = ({ endpoint }: { endpoint: string }): number =>
  placeOf(subscriptionId(endpoint))!.shard;

/** One that is kept in the same shard as `other`. */
export function neighbourOf(other: { endpoint: string }, preferences: Partial<Preferences> = {}) {
  for (;;) {
    const one = reader(preferences);
    if (shardOf(one) === shardOf(other)) return one;
  }
}
