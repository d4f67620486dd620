import type { Urgency } from '../alerts/schema.ts';
import type { Address, Addresses } from './address.ts';
import type { Preferences } from './schema.ts';
import { topicsOf } from './set-names.ts';
import type { StoredSubscription } from './subscription.ts';

/**
 * A subscription packed into bytes. The secret has a fixed place, because the scripts that change a record compare it
 * there; the parts of variable length follow. The scripts also read the language tag, and PATCH everything from there on.
 * Only the channel writes and reads the bytes that are the channel's (address.ts).
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 | format: 1 for channel 0, 2 for any other |
 * | 1 | standing, from the highest bit: unproven (1), refusals in a row (3), unused (2), urgency (2, index into URGENCY_CODES) |
 * | 2-5 | the channel's |
 * | 6-21 | `auth` |
 * | 22-85 | the channel's |
 * | 86 | in format 1 the channel's, in format 2 its number |
 * | 87-88 | length of the rest of the address, then that rest: the channel's |
 * | then | length of the language tag (1 byte), then the tag |
 * | then | the preferences that no selection reads, as JSON; nothing when there are none |
 *
 * Releases that know Web Push alone refuse format 2. So a worker of such a release does not settle the delivery, and its job
 * runs again until a worker that knows the channel takes it (docs/decisions/0019).
 */
const FORMAT_OF_CHANNEL_0 = 1;
const FORMAT_WITH_NUMBER = 2;
export const NEWEST_FORMAT = FORMAT_WITH_NUMBER;
export const STANDING_OFFSET = 1;
export const AUTH_OFFSET = 6;
const CHANNEL_OFFSET = 86;
export const REST_LENGTH_OFFSET = 87;
export const REST_OFFSET = 89;
/** Bits of the standing byte. */
export const UNPROVEN_BIT = 0x80;
export const REFUSAL_UNIT = 0x10;
export const MOST_REFUSALS = 7;
export const URGENCY_MASK = 0x03;

// The order is part of the format: append only.
const URGENCY_CODES: readonly Urgency[] = ['flash', 'urgent', 'normal'];

/** The answers of a subscription's push service so far. */
export interface Standing {
  /** The push service has never accepted a message for it. A stranger may have made it up. */
  readonly unproven: boolean;
  /** Consecutive alerts that the push service refused, {@link MOST_REFUSALS} at most. */
  readonly refusals: number;
}

/** What the reader wants to be asked each time before an alert is sent. */
export type Wishes = Pick<Preferences, 'quietHours' | 'dailyCap'>;

/** What sending needs of a subscription. */
export interface Recipient extends Standing {
  readonly address: Address;
  /** Undefined: none. */
  readonly wishes: Wishes | undefined;
}

/** @param unproven true for a new subscription; over a stored one, the scripts keep its standing */
export function packRecord(
  addresses: Addresses,
  { address, preferences }: StoredSubscription,
  unproven: boolean,
): Buffer {
  const channel = addresses.of(address.endpoint);
  const restEnd = REST_OFFSET + channel.restBytes(address);
  const { topics: _inBitmaps, urgency, lang, ...unselected } = preferences;
  const tag = Buffer.from(lang ?? '', 'latin1');
  const extras = Object.values(unselected).some((value) => value !== undefined)
    ? Buffer.from(JSON.stringify(unselected))
    : Buffer.alloc(0);
  const packed = Buffer.alloc(restEnd + 1 + tag.length + extras.length);
  channel.pack(address, packed);
  packed[0] = channel.number === 0 ? FORMAT_OF_CHANNEL_0 : FORMAT_WITH_NUMBER;
  if (channel.number !== 0) packed[CHANNEL_OFFSET] = channel.number;
  packed[STANDING_OFFSET] = urgencyCode(urgency) | (unproven ? UNPROVEN_BIT : 0);
  address.auth.copy(packed, AUTH_OFFSET);
  packed.writeUInt16BE(restEnd - REST_OFFSET, REST_LENGTH_OFFSET);
  packed[restEnd] = tag.length;
  tag.copy(packed, restEnd + 1);
  extras.copy(packed, restEnd + 1 + tag.length);
  return packed;
}

/**
 * Reads only the parts that sending needs: this runs once for each delivery.
 * @throws when the bytes are of another format, or of a channel that this process does not have
 */
export function unpackRecipient(addresses: Addresses, packed: Buffer): Recipient {
  const standing = packed[STANDING_OFFSET] ?? 0;
  const restEnd = restEndOf(packed);
  return {
    address: addresses.numbered(channelOf(packed)).unpack(packed, restEnd),
    unproven: standing >= UNPROVEN_BIT,
    refusals: Math.floor((standing % UNPROVEN_BIT) / REFUSAL_UNIT),
    wishes: readWishes(packed, restEnd + 1 + (packed[restEnd] ?? 0)),
  };
}

function channelOf(packed: Buffer): number {
  if (packed[0] === FORMAT_OF_CHANNEL_0) return 0;
  if (packed[0] === FORMAT_WITH_NUMBER) return packed[CHANNEL_OFFSET] ?? 0;
  throw new Error(`subscription record of unknown format ${packed[0]}`);
}

const restEndOf = (packed: Buffer): number => REST_OFFSET + packed.readUInt16BE(REST_LENGTH_OFFSET);

/** Bound of the wishes that are remembered: readers' browsers offer some hours, and know some four hundred time zones. */
const MOST_WISHES = 2000;
const known = new Map<string, Wishes>();

/** Most readers have none, and their records end here. Many of the others have the same: each is parsed once. */
function readWishes(packed: Buffer, from: number): Wishes | undefined {
  if (from >= packed.length) return undefined;
  const text = packed.toString('latin1', from);
  let wishes = known.get(text);
  if (wishes === undefined) {
    wishes = JSON.parse(packed.toString('utf8', from)) as Wishes;
    if (known.size >= MOST_WISHES) known.clear();
    known.set(text, wishes);
  }
  return wishes;
}

/** The whole of a subscription: its record with its sets. */
export function unpackSubscription(
  addresses: Addresses,
  { packed, sets }: { readonly packed: Buffer; readonly sets: readonly string[] },
): StoredSubscription {
  const restEnd = restEndOf(packed);
  const tagEnd = restEnd + 1 + (packed[restEnd] ?? 0);
  const lang = packed.toString('latin1', restEnd + 1, tagEnd);
  return {
    address: addresses.numbered(channelOf(packed)).unpack(packed, restEnd),
    preferences: {
      topics: topicsOf(sets),
      urgency: URGENCY_CODES[(packed[STANDING_OFFSET] ?? 0) & URGENCY_MASK] ?? 'normal',
      ...(lang === '' ? {} : { lang }),
      ...readWishes(packed, tagEnd),
    },
  };
}

export const urgencyCode = (urgency: Urgency): number => URGENCY_CODES.indexOf(urgency);
