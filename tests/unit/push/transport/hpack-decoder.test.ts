import { describe, expect, it } from 'vitest';
import { Http2Error } from '../../../../src/push/transport/frames.ts';
import { HpackDecoder, MAX_HEADER_LIST_BYTES } from '../../../../src/push/transport/hpack-decoder.ts';
import { decodeHuffman } from '../../../../src/push/transport/huffman.ts';

function decodeHex(decoder: HpackDecoder, hex: string): string[] {
  const block = Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
  return [...decoder.decode(block, 0, block.length)];
}
const REQUEST = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
const SECURE = [
  ':method',
  'GET',
  ':scheme',
  'https',
  ':path',
  '/index.html',
  ':authority',
  'www.example.com',
];
const MONDAY = ['date', 'Mon, 21 Oct 2013 20:13:21 GMT', 'location', 'https://www.example.com'];

describe('HPACK decoding', () => {
  it('decodes each kind of field (RFC 7541, C.2)', () => {
    const decoder = new HpackDecoder();
    const custom = '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572';
    expect(decodeHex(decoder, custom)).toEqual(['custom-key', 'custom-header']);
    expect(decodeHex(decoder, '040c 2f73 616d 706c 652f 7061 7468')).toEqual([':path', '/sample/path']);
    expect(decodeHex(decoder, '1008 7061 7373 776f 7264 0673 6563 7265 74')).toEqual(['password', 'secret']);
    expect(decodeHex(decoder, '82')).toEqual([':method', 'GET']);
  });

  it.each([
    [
      'plain (C.3)',
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      'Huffman (C.4)',
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ])('decodes requests on one connection: %s', (_name, first, second, third) => {
    const decoder = new HpackDecoder();
    expect(decodeHex(decoder, first)).toEqual(REQUEST);
    expect(decodeHex(decoder, second)).toEqual([...REQUEST, 'cache-control', 'no-cache']);
    expect(decodeHex(decoder, third)).toEqual([...SECURE, 'custom-key', 'custom-value']);
  });

  it.each([
    [
      'plain (C.5)',
      `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120
       474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
    ],
    [
      'Huffman (C.6)',
      `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
       63c7 8f0b 97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
    ],
  ])('evicts from a small table: %s', (_name, first, second) => {
    const decoder = new HpackDecoder();
    const smallTable = '3fe101'; // 256 bytes
    const fields = [':status', '302', 'cache-control', 'private', ...MONDAY];
    expect(decodeHex(decoder, smallTable + first)).toEqual(fields);
    expect(decodeHex(decoder, second)).toEqual([':status', '307', ...fields.slice(2)]);
    // 307 has pushed out 302, the oldest.
    expect(() => decodeHex(decoder, 'c2')).toThrow(Http2Error);
  });

  it.each([
    ['index 0', '80'],
    ['an index beyond the table', 'be'],
    ['a table larger than announced', '3fe11f40'],
    ['a size update after a field', '82203f'],
    ['a number without end', '7fffffffffffff'],
    ['a number cut off', '7f'],
    ['a string cut off', '0003 6162'],
    ['a value that is missing', '0001 61'],
    ['Huffman padding with zeros', '0001 6181 18'],
    ['Huffman padding of a whole byte', '0001 6182 1fff'],
    ['the end-of-string symbol', '0001 6184 ffff ffff'],
  ])('refuses %s', (_name, hex) => {
    expect(() => decodeHex(new HpackDecoder(), hex)).toThrow(Http2Error);
  });

  it.each([
    ['an upper-case name', '0001 4101 62'],
    ['a space in a name', '0001 2001 62'],
    ['an empty name', '0000 0162'],
    ['a line feed in a value', '0001 6102 620a'],
    ['a NUL in a value, coded', '0001 6182 ffc7'],
  ])('reports %s without losing its place', (_name, hex) => {
    const decoder = new HpackDecoder();
    decodeHex(decoder, hex);
    expect(decoder.malformed).toBe(true);
    decodeHex(decoder, hex);
    expect(decoder.malformed).toBe(true);
    expect(decodeHex(decoder, '82')).toEqual([':method', 'GET']);
    expect(decoder.malformed).toBe(false);
  });

  it('reports each message that takes a malformed field from the table', () => {
    const decoder = new HpackDecoder();
    const malformed = (hex: string): boolean => (decodeHex(decoder, hex), decoder.malformed);
    expect(malformed('4001 6101 62')).toBe(false);
    expect(malformed('4001 4101 62')).toBe(true);
    expect(malformed('be')).toBe(true);
    expect(malformed('7e01 62')).toBe(true); // its name with another value: a third entry
    expect(malformed('82c0')).toBe(false); // the first is sound still
    expect(malformed('be82')).toBe(true);
    expect(malformed('0001 4101 62 4001 6401 62')).toBe(true); // the second is sound, but not its message
    expect(malformed('be')).toBe(false);
  });

  it('drops fields beyond the list size and keeps the table right', () => {
    const decoder = new HpackDecoder();
    const large = Buffer.concat([Buffer.from('4001617fa103', 'hex'), Buffer.alloc(544, 0x62)]);
    decoder.decode(large, 0, large.length);
    const bomb = Buffer.alloc(16_000, 0xbe);
    const fields = decoder.decode(bomb, 0, bomb.length);
    expect(fields.length / 2).toBeLessThanOrEqual(MAX_HEADER_LIST_BYTES / 577);
    expect(fields.length).toBeGreaterThan(20);
    expect(decodeHex(decoder, 'be')).toEqual(['a', 'b'.repeat(544)]);
  });

  it('knows the rarest codes (RFC 7541, appendix B)', () => {
    // symbol, code, bits: padded with ones to whole bytes
    const codes: [number, number, number][] = [
      [0, 0x1ff8, 13], [1, 0x7fffd8, 23], [9, 0xffffea, 24], [10, 0x3ffffffc, 30], [13, 0x3ffffffd, 30],
      [22, 0x3ffffffe, 30], [92, 0x7fff0, 19], [127, 0xffffffc, 28], [128, 0xfffe6, 20], [195, 0x7fff1, 19],
      [199, 0x1ffffec, 25], [203, 0x7ffffde, 27], [207, 0x1ffffed, 25], [220, 0xffffffd, 28],
      [239, 0x7ffff4, 23], [249, 0xffffffe, 28], [255, 0x3ffffee, 26],
    ]; // prettier-ignore
    for (const [symbol, code, bits] of codes) {
      const bytes = Math.ceil(bits / 8);
      const padding = bytes * 8 - bits;
      const coded = Buffer.alloc(bytes);
      coded.writeUIntBE(code * 2 ** padding + 2 ** padding - 1, 0, bytes);
      const target = Buffer.alloc(8);
      expect([symbol, decodeHuffman(coded, 0, bytes, target), target[0]]).toEqual([symbol, 1, symbol]);
    }
  });
});
