/** Bitmaps as Redis keeps them: bit 0 is the highest bit of byte 0. */

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

export function countBits(bitmap: Uint8Array): number {
  let count = 0;
  for (const byte of bitmap) count += ONES[byte] ?? 0;
  return count;
}

/** The positions of the ones, rising, with `first` added to each. */
export function setBits(bitmap: Uint8Array, first = 0): number[] {
  const positions: number[] = [];
  for (let index = 0; index < bitmap.length; index++) {
    const byte = bitmap[index] ?? 0;
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      if ((byte & (0x80 >> bit)) !== 0) positions.push(first + index * 8 + bit);
    }
  }
  return positions;
}

/** `a AND b`. In this and the next, where `b` ends early it counts as zeros. */
export function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte & (b[index] ?? 0));
}

/** `a AND NOT b`. */
export function without(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, index) => byte & ~(b[index] ?? 0));
}
