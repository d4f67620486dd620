import { expect, test } from 'vitest';
import {
  closeFrame,
  encodeFrame,
  OPCODES,
  PING,
  textFrame,
} from '../../../../src/live/connections/websocket-frames.ts';
import { readFrame } from '../../../../src/live/connections/websocket-inbound.ts';
import { clientFrame } from '../../../support/raw-websocket.ts';

const text = (value: string): Buffer => Buffer.from(value);
const closing = (code: number, reason: Uint8Array = Buffer.alloc(0)): Buffer =>
  clientFrame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), reason]));

test('frames have the three forms of a length', () => {
  expect([...textFrame('عاجل')].slice(0, 2)).toEqual([0x81, 8]);
  expect([...encodeFrame(OPCODES.text, Buffer.alloc(126))].slice(0, 4)).toEqual([0x81, 126, 0, 126]);
  const long = encodeFrame(OPCODES.text, Buffer.alloc(70_000, 7));
  expect([...long].slice(0, 11)).toEqual([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 7]);
  expect(long).toHaveLength(70_010);
  expect([...PING]).toEqual([0x89, 0]);
  expect([...closeFrame(4408)]).toEqual([0x88, 2, 0x11, 0x38]);
  expect([...closeFrame(undefined)]).toEqual([0x88, 0]);
});

test('control frames are read, wherever they begin and end', () => {
  const ping = clientFrame(0x89, text('هل أنت هنا؟'));
  const pong = clientFrame(0x8a, Buffer.alloc(125));
  const close = closing(1001, text('وداعا'));
  const bytes = Buffer.concat([ping, pong, close]);
  const first = readFrame(bytes, 0);
  expect(first).toMatchObject({ type: 'ping', next: ping.length });
  expect(first?.type === 'ping' && first.payload.toString()).toBe('هل أنت هنا؟');
  expect(readFrame(bytes, ping.length)).toMatchObject({ type: 'pong', next: ping.length + pong.length });
  expect(readFrame(bytes, ping.length + pong.length)).toEqual({
    type: 'close',
    code: 1001,
    next: bytes.length,
  });
  expect(readFrame(bytes, bytes.length)).toBeUndefined();
  for (let end = 0; end < ping.length; end++) expect(readFrame(ping.subarray(0, end), 0)).toBeUndefined();
  expect(readFrame(clientFrame(0x88, Buffer.alloc(0)), 0)).toMatchObject({ type: 'close', code: undefined });
});

test.each([
  ['text', clientFrame(0x81, text('مرحبا')), 1008],
  ['text in fragments', clientFrame(0x01, text('مرحبا')), 1008],
  ['binary of 1,024 bytes', clientFrame(0x82, Buffer.alloc(0), { length: 1024 }), 1008],
  ['text of 1,025 bytes', clientFrame(0x81, Buffer.alloc(0), { length: 1025 }), 1009],
  ['text of 65,536 bytes', clientFrame(0x81, Buffer.alloc(0), { length: 65_536 }), 1009],
  ['a frame without a mask', clientFrame(0x81, text('x'), { masked: false }), 1002],
  ['a ping without a mask', clientFrame(0x89, text('x'), { masked: false }), 1002],
  ['a reserved bit', clientFrame(0xc1, text('x')), 1002],
  ['a continuation of nothing', clientFrame(0x80, text('x')), 1002],
  ['a reserved data opcode', clientFrame(0x83, text('x')), 1002],
  ['a reserved control opcode', clientFrame(0x8b, text('x')), 1002],
  ['a ping in fragments', clientFrame(0x09, text('x')), 1002],
  ['a ping of 126 bytes', clientFrame(0x89, Buffer.alloc(126)), 1002],
  ['half a close code', clientFrame(0x88, text('x')), 1002],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map(
    (code) => [`close code ${code}`, closing(code), 1002] as const,
  ),
  ['a reason that is no UTF-8', closing(1000, Buffer.from([0xff])), 1007],
] as const)('%s is a fault', (_name, bytes, code) => {
  expect(readFrame(bytes, 0)).toMatchObject({ type: 'fault', code });
});

test.each([1000, 1001, 1003, 1007, 1014, 3000, 4999])('close code %i may be sent', (code) => {
  expect(readFrame(closing(code), 0)).toMatchObject({ type: 'close', code });
});
