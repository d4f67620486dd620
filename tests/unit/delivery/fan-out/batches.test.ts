import { expect, test } from 'vitest';
import { setBits } from '../../../../src/audience/bitmap.ts';
import { cutShard } from '../../../../src/delivery/fan-out/batches.ts';

/** A bitmap of 40 pages in which every third slot is wanted, but for an empty stretch. */
const bitmap = Uint8Array.from({ length: 40 * 8 }, (_, index) =>
  index > 100 && index < 140 ? 0 : 0b0100_1001,
);

test('every wanted slot is in exactly one piece, and cuts fall between pages', () => {
  const pieces = cutShard(3, bitmap, 100, 24);
  const slots = pieces.flatMap(({ from, to }) => setBits(bitmap.subarray(from / 8, (to + 1) / 8), from));
  expect(slots).toEqual(setBits(bitmap));
  for (const { shard, from, to, deliveries } of pieces) {
    expect(shard).toBe(3);
    expect(from % 64).toBe(0);
    expect((to + 1) % 64).toBe(0);
    expect(deliveries).toBe(setBits(bitmap.subarray(from / 8, (to + 1) / 8)).length);
  }
});

test('no piece is above its limit, the first has one of its own, and the same bitmap is cut the same', () => {
  const pieces = cutShard(0, bitmap, 100, 24);
  expect(pieces[0]?.deliveries).toBe(24);
  expect(Math.max(...pieces.map(({ deliveries }) => deliveries))).toBeLessThanOrEqual(100);
  expect(cutShard(0, bitmap, 100, 24)).toEqual(pieces);
  expect(cutShard(0, new Uint8Array(80), 100)).toEqual([]);
});
