import { describe, expect, it } from 'vitest';
import { HpackDecoder } from '../../../../src/push/transport/hpack-decoder.ts';
import { FIXED_BLOCK_BYTES, HpackEncoder } from '../../../../src/push/transport/hpack-encoder.ts';
import { soundHeaderBytes } from '../../../../src/push/transport/request-check.ts';

const HEADERS = { authorization: 'vapid t=abc', ttl: '3600', urgency: 'high', topic: 't'.repeat(32) };
const AUTHORITY = 'push.example';

function encode(encoder: HpackEncoder, path: string, headers: Record<string, string> = HEADERS): Buffer {
  const buffer = Buffer.alloc(8192);
  const end = encoder.encode(buffer, 0, AUTHORITY, path, headers, 600);
  const bytes = soundHeaderBytes({ origin: '', path, headers, body: Buffer.alloc(0) }) ?? 0;
  expect(end).toBeLessThanOrEqual(FIXED_BLOCK_BYTES + AUTHORITY.length + bytes);
  return buffer.subarray(0, end);
}

function decode(decoder: HpackDecoder, block: Buffer): Record<string, string> {
  const fields = decoder.decode(block, 0, block.length);
  const record: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) record[fields[at] ?? ''] = fields[at + 1] ?? '';
  return record;
}

function expected(path: string, headers: Record<string, string> = HEADERS): Record<string, string> {
  const fixed = { ':method': 'POST', ':scheme': 'https', ':authority': AUTHORITY, ':path': path };
  return { ...fixed, ...headers, 'content-length': '600' };
}

describe('HPACK encoding', () => {
  it('says a header that repeats in one byte from the second request on', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    const first = encode(encoder, '/1');
    const second = encode(encoder, '/2');
    expect(decode(decoder, first)).toEqual(expected('/1'));
    expect(decode(decoder, second)).toEqual(expected('/2'));
    // method, scheme, authority, four headers; path: its marker, length and two bytes; content-length: 2 + 1 + 3
    expect(second.length).toBe(2 + 1 + 4 + 4 + 6);
  });

  it('never indexes a path', () => {
    const encoder = new HpackEncoder();
    encode(encoder, '/secret');
    const again = encode(encoder, '/secret');
    expect(again.includes('/secret')).toBe(true);
    expect(again[again.indexOf('/secret') - 2]).toBe(0x14); // never indexed (RFC 7541, section 6.2.3), name 4
  });

  it('stays in step with its peer while headers alternate, and old ones are evicted', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (let round = 0; round < 2000; round += 1) {
      const headers = {
        ...HEADERS,
        topic: `${round % 7}`.repeat(32),
        [`x-${round % 50}`]: 'v'.repeat(round % 300),
      };
      expect(decode(decoder, encode(encoder, `/${round}`, headers))).toEqual(expected(`/${round}`, headers));
    }
  });

  it('uses two values in turn without telling either again', () => {
    const encoder = new HpackEncoder();
    const tokens = ['a', 'b'].map((token) => ({ ttl: '1', authorization: token.repeat(300) }));
    for (const headers of tokens) encode(encoder, '/1', headers);
    for (const headers of tokens) expect(encode(encoder, '/1', headers).length).toBeLessThan(20);
  });

  it('tells the lowest and the last table size, once, before it uses it', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    decode(decoder, encode(encoder, '/1'));
    encoder.setTableLimit(0);
    encoder.setTableLimit(65_536); // ours never grows beyond 4,096
    const block = encode(encoder, '/2');
    expect([...block.subarray(0, 4)]).toEqual([0x20, 0x3f, 0xe1, 0x1f]);
    expect(decode(decoder, block)).toEqual(expected('/2'));
    const next = encode(encoder, '/3');
    expect(next[0]).toBe(0x83);
    expect(decode(decoder, next)).toEqual(expected('/3'));
  });

  it('indexes nothing when the peer has no table', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    encoder.setTableLimit(0);
    expect(decode(decoder, encode(encoder, '/1'))).toEqual(expected('/1'));
    const second = encode(encoder, '/2');
    expect(second.includes('vapid t=abc')).toBe(true);
    expect(decode(decoder, second)).toEqual(expected('/2'));
  });
});
