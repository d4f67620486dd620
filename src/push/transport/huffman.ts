import { ERROR, Http2Error } from './frames.ts';

/**
 * Bits of each symbol's code, 0 to 255 and the end of string (RFC 7541, appendix B). The code is canonical, so its
 * lengths define it.
 */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;

/**
 * A step over four bits: the next state, the symbol, and whether there is a symbol or the code is invalid. No code is
 * shorter than five bits.
 */
const SYMBOL_SHIFT = 8;
const EMITS = 1 << 16;
const INVALID = 1 << 17;

const { steps, mayEnd } = buildMachine();

/** The states are the inner nodes of the code's tree. Each step takes four bits. */
function buildMachine(): { steps: Int32Array; mayEnd: Uint8Array } {
  const nodes: [number, number][] = [[0, 0]]; // > 0: an inner node; < 0: the leaf of symbol -n - 1
  const byLength = CODE_BITS.map((bits, symbol) => ({ bits, symbol })).sort(
    (a, b) => a.bits - b.bits || a.symbol - b.symbol,
  );
  let code = 0;
  let width = 0;
  for (const { bits, symbol } of byLength) {
    code *= 2 ** (bits - width);
    width = bits;
    addLeaf(nodes, code, bits, symbol);
    code += 1;
  }
  const steps = new Int32Array(nodes.length * 16);
  for (let state = 0; state < nodes.length; state += 1) {
    for (let nibble = 0; nibble < 16; nibble += 1) steps[state * 16 + nibble] = step(nodes, state, nibble);
  }
  // Padding has at most seven bits, and all are ones (section 5.2).
  const mayEnd = new Uint8Array(nodes.length);
  for (let bits = 0, state = 0; bits < 8; bits += 1) {
    mayEnd[state] = 1;
    state = nodes[state]?.[1] ?? 0;
  }
  return { steps, mayEnd };
}

function addLeaf(nodes: [number, number][], code: number, bits: number, symbol: number): void {
  let at = 0;
  for (let bit = bits - 1; bit >= 0; bit -= 1) {
    const node = nodes[at];
    const side = (code >>> bit) & 1;
    if (node === undefined) return;
    if (bit === 0) node[side] = -symbol - 1;
    else if (node[side] === 0) {
      node[side] = nodes.length;
      nodes.push([0, 0]);
    }
    at = node[side] ?? 0;
  }
}

function step(nodes: [number, number][], from: number, nibble: number): number {
  let state = from;
  let result = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    const next = nodes[state]?.[(nibble >>> bit) & 1] ?? 0;
    if (next === -END_OF_STRING - 1) return INVALID;
    if (next < 0) result = EMITS | ((-next - 1) << SYMBOL_SHIFT);
    state = Math.max(next, 0);
  }
  return result | state;
}

/**
 * Decodes `source[start, end)` into `target` from 0. Returns the number of decoded bytes.
 * `target` must have room for 8/5 of the input.
 * @throws {Http2Error} COMPRESSION_ERROR for an invalid code or padding
 */
export function decodeHuffman(source: Buffer, start: number, end: number, target: Buffer): number {
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = source[at] ?? 0;
    const high = steps[state * 16 + (byte >>> 4)] ?? INVALID;
    if (high & EMITS) target[length++] = high >>> SYMBOL_SHIFT;
    const low = steps[(high & 0xff) * 16 + (byte & 0xf)] ?? INVALID;
    if (low & EMITS) target[length++] = low >>> SYMBOL_SHIFT;
    if ((high | low) & INVALID) throw new Http2Error(ERROR.compression, 'an invalid Huffman code');
    state = low & 0xff;
  }
  if (mayEnd[state] !== 1) throw new Http2Error(ERROR.compression, 'invalid Huffman padding');
  return length;
}
