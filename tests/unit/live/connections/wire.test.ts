import { expect, test } from 'vitest';
import { OPCODES, webSocketFrame, webSocketWire } from '../../../../src/live/connections/wire.ts';

test('a WebSocket frame is one piece of memory, in each of the three forms of a length (RFC 6455, section 5.2)', () => {
  const short = webSocketWire.encode('عاجل', '');
  expect([...short.subarray(0, 2)]).toEqual([0x81, 8]);
  expect(short.toString('utf8', 2)).toBe('عاجل');
  expect([...webSocketWire.encode('x'.repeat(126), '').subarray(0, 5)]).toEqual([0x81, 126, 0, 126, 0x78]);
  const long = webSocketWire.encode('x'.repeat(70_000), '');
  expect([...long.subarray(0, 11)]).toEqual([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0x78]);
  expect([...webSocketFrame(OPCODES.ping, '')]).toEqual([0x89, 0]);
  for (const frame of [short, long]) expect(frame.buffer.byteLength).toBe(frame.length);
});
