import type { Urgency } from '../alerts/schema.ts';
import type { Preferences } from './schema.ts';
import { topicsOf } from './set-names.ts';
import type { StoredSubscription, SubscriptionKeys } from './subscription.ts';

/**
 * A subscription packed into bytes. The secret has a fixed place, because the scripts that change a record compare it
 * there; the parts of variable length follow. The scripts also read the language tag, and PATCH everything from there on.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 | format, 1 |
 * | 1 | standing, from the highest bit: unproven (1), refusals in a row (3), unused (2), urgency (2, index into URGENCY_CODES) |
 * | 2-5 | id of the VAPID key that the browser subscribed with |
 * | 6-21 | `auth` |
 * | 22-85 | `p256dh` without its leading 0x04 |
 * | 86 | index into ENDPOINT_PREFIXES |
 * | 87-88 | length of the rest of the endpoint, then that rest (ASCII) |
 * | then | length of the language tag (1 byte), then the tag |
 * | then | the preferences that no selection reads, as JSON; nothing when there are none |
 */
export const FORMAT = 1;
export const STANDING_OFFSET = 1;
/** Bits of the standing byte. */
export const UNPROVEN_BIT = 0x80;
export const REFUSAL_UNIT = 0x10;
export const MOST_REFUSALS = 7;
export const URGENCY_MASK = 0x03;
export const AUTH_OFFSET = 6;
export const REST_LENGTH_OFFSET = 87;
export const HEADER_BYTES = 89;

// The order is part of the format: append only.
const URGENCY_CODES: readonly Urgency[] = ['flash', 'urgent', 'normal'];
const ENDPOINT_PREFIXES = [
  'https://',
  'https://fcm.googleapis.com/fcm/send/',
  'https://fcm.googleapis.com/wp/',
  'https://updates.push.services.mozilla.com/wpush/v2/',
  'https://updates.push.services.mozilla.com/wpush/v1/',
  'https://web.push.apple.com/',
] as const;

/** The answers of a subscription's push service so far. */
export interface Standing {
  /** The push service has never accepted a message for it. A stranger may have made it up. */
  readonly unproven: boolean;
  /** Consecutive alerts that the push service refused, {@link MOST_REFUSALS} at most. */
  readonly refusals: number;
}

/** What the reader wants to be asked each time before an alert is sent. */
export type Wishes = Pick<Preferences, 'quietHours' | 'dailyCap'>;

export interface SubscriptionRecord extends SubscriptionKeys {
  readonly vapidKeyId: string;
  readonly preferences: Omit<Preferences, 'topics'>;
}

/** Bytes of a VAPID key id inside a record. */
export const VAPID_KEY_ID_BYTES = 4;

/**
 * @param record.vapidKeyId base64url of {@link VAPID_KEY_ID_BYTES} bytes
 * @param unproven true for a new subscription; over a stored one, the scripts keep its standing
 */
export function packRecord(
  record: SubscriptionRecord & { preferences: Partial<Preferences> },
  unproven: boolean,
): Buffer {
  const prefix = longestPrefix(record.endpoint);
  const rest = Buffer.from(record.endpoint.slice(ENDPOINT_PREFIXES[prefix]?.length), 'latin1');
  const { topics: _inBitmaps, urgency, lang, ...unselected } = record.preferences;
  const tag = Buffer.from(lang ?? '', 'latin1');
  const extras = Object.values(unselected).some((value) => value !== undefined)
    ? Buffer.from(JSON.stringify(unselected))
    : Buffer.alloc(0);
  const packed = Buffer.alloc(HEADER_BYTES + rest.length + 1 + tag.length + extras.length);
  packed[0] = FORMAT;
  packed[STANDING_OFFSET] = urgencyCode(urgency) | (unproven ? UNPROVEN_BIT : 0);
  packed.write(record.vapidKeyId, 2, VAPID_KEY_ID_BYTES, 'base64url');
  record.auth.copy(packed, AUTH_OFFSET);
  record.p256dh.copy(packed, 22, 1);
  packed[86] = prefix;
  packed.writeUInt16BE(rest.length, REST_LENGTH_OFFSET);
  rest.copy(packed, HEADER_BYTES);
  packed[HEADER_BYTES + rest.length] = tag.length;
  tag.copy(packed, HEADER_BYTES + rest.length + 1);
  extras.copy(packed, HEADER_BYTES + rest.length + 1 + tag.length);
  return packed;
}

/**
 * Reads only the parts that sending needs: this runs once for each delivery.
 * @throws when the bytes are of another format
 */
export function unpackKeys(
  packed: Buffer,
): SubscriptionKeys & Standing & { readonly vapidKeyId: string; readonly wishes: Wishes | undefined } {
  if (packed[0] !== FORMAT) throw new Error(`subscription record of unknown format ${packed[0]}`);
  const p256dh = Buffer.allocUnsafe(65);
  p256dh[0] = 4;
  packed.copy(p256dh, 1, 22, 86);
  const restEnd = HEADER_BYTES + packed.readUInt16BE(REST_LENGTH_OFFSET);
  const standing = packed[STANDING_OFFSET] ?? 0;
  return {
    unproven: standing >= UNPROVEN_BIT,
    refusals: Math.floor((standing % UNPROVEN_BIT) / REFUSAL_UNIT),
    endpoint: `${ENDPOINT_PREFIXES[packed[86] ?? 0] ?? ''}${packed.toString('latin1', HEADER_BYTES, restEnd)}`,
    p256dh,
    auth: packed.subarray(AUTH_OFFSET, 22),
    vapidKeyId: packed.toString('base64url', 2, 2 + VAPID_KEY_ID_BYTES),
    wishes: readWishes(packed, restEnd + 1 + (packed[restEnd] ?? 0)),
  };
}

/** Most readers have none, and their records end here. */
function readWishes(packed: Buffer, from: number): Wishes | undefined {
  return from >= packed.length ? undefined : (JSON.parse(packed.toString('utf8', from)) as Wishes);
}

/** The whole record. */
export function unpackRecord(packed: Buffer): SubscriptionRecord {
  const { unproven: _unproven, refusals: _refusals, wishes, ...keys } = unpackKeys(packed);
  const tagStart = HEADER_BYTES + packed.readUInt16BE(REST_LENGTH_OFFSET) + 1;
  const tagEnd = tagStart + (packed[tagStart - 1] ?? 0);
  const lang = packed.toString('latin1', tagStart, tagEnd);
  return {
    ...keys,
    preferences: {
      urgency: URGENCY_CODES[(packed[STANDING_OFFSET] ?? 0) & URGENCY_MASK] ?? 'normal',
      ...(lang === '' ? {} : { lang }),
      ...wishes,
    },
  };
}

/** A record with its sets. */
export function unpackSubscription(found: {
  readonly packed: Buffer;
  readonly sets: readonly string[];
}): StoredSubscription {
  const { preferences, ...rest } = unpackRecord(found.packed);
  return { ...rest, preferences: { topics: topicsOf(found.sets), ...preferences } };
}

export const urgencyCode = (urgency: Urgency): number => URGENCY_CODES.indexOf(urgency);

function longestPrefix(endpoint: string): number {
  let best = 0;
  ENDPOINT_PREFIXES.forEach((prefix, index) => {
    if (endpoint.startsWith(prefix) && prefix.length > ENDPOINT_PREFIXES[best]!.length) best = index;
  });
  return best;
}
