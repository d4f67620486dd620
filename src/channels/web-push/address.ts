import { z } from 'zod';
import type { Address, AddressCodec } from '../../audience/address.ts';
import { AUTH_OFFSET, REST_OFFSET } from '../../audience/record.ts';
import { authSchema, base64 } from '../../audience/schema.ts';
import type { EndpointPolicy } from '../../push/endpoint/endpoint-policy.ts';
import { isP256Point } from '../../push/vapid/p256.ts';
import { subscriptionInRow } from './foreign-row.ts';

/** A push subscription of a browser (W3C Push API). */
export interface WebPushAddress extends Address {
  /** 65 bytes, an uncompressed point on P-256 (RFC 8291, section 3.1). */
  readonly p256dh: Buffer;
  /** The VAPID key that the browser subscribed with: base64url of {@link VAPID_KEY_ID_BYTES} bytes. */
  readonly vapidKeyId: string;
}

/** `PushSubscription.toJSON()` of the Push API (W3C). The endpoint policy judges the endpoint. */
export const pushSubscriptionSchema = z.object({
  endpoint: z.string().min(1).max(2048),
  expirationTime: z.number().nullable().optional(),
  keys: z.object({ p256dh: base64(65), auth: authSchema }),
});
type PushSubscriptionJson = z.infer<typeof pushSubscriptionSchema>;

const besideSchema = z.object({
  vapidKeyId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{6}$/, 'must be the id of a VAPID key')
    .optional(),
});

/*
 * The channel's bytes of a record (src/audience/record.ts): 2-5 id of the VAPID key, 22-85 `p256dh` without its leading
 * 0x04, 86 index into ENDPOINT_PREFIXES, then what the endpoint has after that prefix.
 */
const VAPID_KEY_ID_OFFSET = 2;
const VAPID_KEY_ID_BYTES = 4;
const P256DH_OFFSET = 22;
const UNCOMPRESSED = 4;
const PREFIX_OFFSET = 86;
// The order is part of the format: append only.
const ENDPOINT_PREFIXES = [
  'https://',
  'https://fcm.googleapis.com/fcm/send/',
  'https://fcm.googleapis.com/wp/',
  'https://updates.push.services.mozilla.com/wpush/v2/',
  'https://updates.push.services.mozilla.com/wpush/v1/',
  'https://web.push.apple.com/',
] as const;

export interface WebPushAddressDeps {
  /** Id of the VAPID key in use. */
  readonly vapidKeyId: string;
  readonly policy: Pick<EndpointPolicy, 'check'>;
}

/** Reads the id of a record's VAPID key. Nearly all records have the same, so it remembers the last one. */
function createVapidKeyIds(): { at(record: Buffer): string } {
  let last = { bytes: -1, id: '' };
  return {
    at: (record) => {
      const bytes = record.readUInt32BE(VAPID_KEY_ID_OFFSET);
      if (bytes !== last.bytes) {
        const end = VAPID_KEY_ID_OFFSET + VAPID_KEY_ID_BYTES;
        last = { bytes, id: record.toString('base64url', VAPID_KEY_ID_OFFSET, end) };
      }
      return last.id;
    },
  };
}

export function webPushAddresses(
  deps: WebPushAddressDeps,
): AddressCodec<WebPushAddress, PushSubscriptionJson, z.infer<typeof besideSchema>> {
  const vapidKeyIds = createVapidKeyIds();
  return {
    number: 0,
    knows: (endpoint) => endpoint.startsWith('https:'),
    schema: pushSubscriptionSchema,
    beside: besideSchema,
    inRow: subscriptionInRow,
    parse: ({ endpoint, keys }, { vapidKeyId = deps.vapidKeyId } = {}) => {
      const p256dh = Buffer.from(keys.p256dh, 'base64url');
      if (!isP256Point(p256dh))
        return { ok: false, at: ['keys', 'p256dh'], reason: 'must be a point on P-256' };
      const verdict = deps.policy.check(endpoint);
      if (!verdict.ok) return { ok: false, at: ['endpoint'], reason: verdict.reason };
      return {
        ok: true,
        address: { endpoint, p256dh, auth: Buffer.from(keys.auth, 'base64url'), vapidKeyId },
      };
    },
    toJson: ({ endpoint, p256dh, auth, vapidKeyId }) => ({
      subscription: {
        endpoint,
        keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
      },
      beside: { vapidKeyId },
    }),
    restBytes: ({ endpoint }) => endpoint.length - lengthOf(longestPrefix(endpoint)),
    pack: ({ endpoint, p256dh, vapidKeyId }, record) => {
      const prefix = longestPrefix(endpoint);
      record.write(vapidKeyId, VAPID_KEY_ID_OFFSET, VAPID_KEY_ID_BYTES, 'base64url');
      p256dh.copy(record, P256DH_OFFSET, 1);
      record[PREFIX_OFFSET] = prefix;
      record.write(endpoint.slice(lengthOf(prefix)), REST_OFFSET, 'latin1');
    },
    unpack: (record, restEnd) => {
      const p256dh = Buffer.allocUnsafe(65);
      p256dh[0] = UNCOMPRESSED;
      record.copy(p256dh, 1, P256DH_OFFSET, PREFIX_OFFSET);
      const prefix = ENDPOINT_PREFIXES[record[PREFIX_OFFSET] ?? 0] ?? '';
      return {
        endpoint: `${prefix}${record.toString('latin1', REST_OFFSET, restEnd)}`,
        p256dh,
        auth: record.subarray(AUTH_OFFSET, P256DH_OFFSET),
        vapidKeyId: vapidKeyIds.at(record),
      };
    },
    // With another key the push service would answer 403: the browser subscribes again at the next visit.
    mustRenew: ({ vapidKeyId }) => vapidKeyId !== deps.vapidKeyId,
  };
}

const lengthOf = (prefix: number): number => ENDPOINT_PREFIXES[prefix]?.length ?? 0;

function longestPrefix(endpoint: string): number {
  let best = 0;
  ENDPOINT_PREFIXES.forEach((prefix, index) => {
    if (endpoint.startsWith(prefix) && prefix.length > lengthOf(best)) best = index;
  });
  return best;
}
