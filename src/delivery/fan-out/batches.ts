import { countBits } from '../../audience/bitmap.ts';
import type { Piece } from '../queues.ts';

/** Bytes of a bitmap for one page of records: cuts fall between pages. */
const PAGE_BYTES = 8;

/**
 * Cuts a shard's audience into pieces of at most `limit` deliveries (or one page, where a page holds more).
 * @param firstLimit of the first piece
 */
export function cutShard(
  shard: number,
  bitmap: Uint8Array,
  limit: number,
  firstLimit = limit,
): (Piece & { deliveries: number })[] {
  const pieces: (Piece & { deliveries: number })[] = [];
  let from = 0;
  let deliveries = 0;
  const close = (endByte: number): void => {
    if (deliveries > 0) pieces.push({ shard, from: from * 8, to: endByte * 8 - 1, deliveries });
    from = endByte;
    deliveries = 0;
  };
  for (let start = 0; start < bitmap.length; start += PAGE_BYTES) {
    const end = Math.min(start + PAGE_BYTES, bitmap.length);
    const count = countBits(bitmap.subarray(start, end));
    if (deliveries + count > (pieces.length === 0 ? firstLimit : limit)) close(start);
    deliveries += count;
  }
  close(bitmap.length);
  return pieces;
}
