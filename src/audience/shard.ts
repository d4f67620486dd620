import { createHash } from 'node:crypto';

/** Shards of the subscription store: each is one hash slot of a Redis Cluster. Part of the stored format. */
export const SHARDS = 64;
/** Subscriptions per page: one LRANGE reads them. Part of the stored format. */
export const PAGE_SIZE = 64;
/** What a channel makes ahead for the next message to a subscription. Part of the stored format. */
export const KEYING_BYTES = 104;
/**
 * Index buckets of a shard. Redis keeps a hash of up to 512 fields packed (`hash-max-listpack-entries`), which these
 * are until there are about four million subscriptions (docs/decisions/0004). Part of the stored format.
 */
const BUCKETS = 128;
/**
 * A freed slot is given to another subscription only after this long, so that no slot changes hands while an audience
 * names it. A frozen audience lives for the life of its alert and a day, eight days at most; an audience frozen while the
 * slot rests does not name it. The ninth day allows for clocks that differ (docs/decisions/0004).
 */
export const SLOT_QUARANTINE_MS = 9 * 24 * 3600 * 1000;

/** Where a subscription is stored. */
export interface Place {
  readonly shard: number;
  /** Name of the index bucket inside the shard. */
  readonly bucket: string;
  /** Field of that bucket: the part of the id that does not follow from shard and bucket. */
  readonly field: Buffer;
}

const ID_PATTERN = /^[A-Za-z0-9_-]{22}$/;

/** The id of a subscription: 16 bytes of its endpoint's SHA-256, base64url. It reveals nothing about the endpoint. */
export function subscriptionId(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest().toString('base64url', 0, 16);
}

/** Undefined when the text is no subscription id. */
export function placeOf(id: string): Place | undefined {
  if (!ID_PATTERN.test(id)) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  const [first = 0, second = 0] = bytes;
  const field = bytes.subarray(1);
  // The bits of the first two bytes that neither shard nor bucket uses stay in the field.
  field[0] = (Math.floor(first / SHARDS) << 1) | Math.floor(second / BUCKETS);
  return { shard: first % SHARDS, bucket: (second % BUCKETS).toString(36), field };
}
