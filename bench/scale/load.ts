import { createECDH, randomBytes } from 'node:crypto';
import type { Addresses } from '../../src/audience/address.ts';
import type { Preferences } from '../../src/audience/schema.ts';
import { packRecord } from '../../src/audience/record.ts';
import type { SubscriptionStore } from '../../src/audience/subscriptions.ts';
import type { WebPushAddress } from '../../src/channels/web-push/address.ts';

/** Distinct keys; making a million of them would take longer than all the rest, and nothing here gains by it. */
const KEYS = 8192;
const CHUNK = 4096;

/** Every reader follows `world`; one in a hundred `ukraine`. */
export const EVERYONE = 'world';
export const ONE_PERCENT = 'ukraine';

/** Endpoints as long as those of today's services, characters: FCM, Mozilla, Apple, WNS. A readers' share each, of 20. */
const LENGTHS = [
  { length: 188, share: 13 },
  { length: 226, share: 2 },
  { length: 180, share: 3 },
  { length: 260, share: 2 },
].flatMap(({ length, share }) => Array<number>(share).fill(length));

export interface Loader {
  /** Adds subscriptions number `from` to `to` (not included). @returns bytes of their packed records */
  load(from: number, to: number): Promise<number>;
}

interface LoaderDeps {
  readonly store: Pick<SubscriptionStore, 'putAll'>;
  readonly addresses: Addresses;
  readonly vapidKeyId: string;
  /** How many of 100 readers have quiet hours, not now, and a daily cap that is not reached. */
  readonly withWishes: number;
}

export function createLoader(deps: LoaderDeps, origin: string): Loader {
  const keys = Array.from({ length: KEYS }, () => createECDH('prime256v1').generateKeys());

  const hour = (from: number): string => new Date(Date.now() + from * 3_600_000).toISOString().slice(11, 16);
  const wishes = { quietHours: { start: hour(6), end: hour(14), timeZone: 'UTC' }, dailyCap: 20 };

  function make(index: number): { address: WebPushAddress; preferences: Preferences } {
    const start = `${origin}/wpush/v2/`;
    const token = randomBytes(200).toString('base64url');
    return {
      address: {
        endpoint: start + token.slice(0, LENGTHS[index % LENGTHS.length]! - start.length),
        p256dh: keys[index % KEYS]!,
        auth: randomBytes(16),
        vapidKeyId: deps.vapidKeyId,
      },
      preferences: {
        topics: index % 100 === 0 ? [EVERYONE, ONE_PERCENT] : [EVERYONE],
        urgency: index % 3 === 0 ? 'urgent' : 'normal',
        ...(index % 10 === 0 ? {} : { lang: 'ar' }),
        ...(index % 100 < deps.withWishes ? wishes : {}),
      },
    };
  }

  return {
    load: async (from, to) => {
      let packed = 0;
      let writing: Promise<unknown> = Promise.resolve();
      for (let start = from; start < to; start += CHUNK) {
        const chunk = Array.from({ length: Math.min(CHUNK, to - start) }, (_, index) => make(start + index));
        for (const one of chunk) packed += packRecord(deps.addresses, one, false).length;
        await writing;
        writing = deps.store.putAll(chunk);
      }
      await writing;
      return packed;
    },
  };
}
