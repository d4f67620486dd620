// Frames from server to client (RFC 6455, section 5.2): never masked, never in fragments.

const FIN = 0x80;

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A whole frame in separate memory, because it may wait long for slow readers. */
export function encodeFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(head + length);
  frame[0] = FIN | opcode;
  if (head === 2) {
    frame[1] = length;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(payload, head);
  return frame;
}

export const textFrame = (text: string): Buffer => encodeFrame(OPCODES.text, Buffer.from(text));

/** @param code undefined: a close frame without a code (section 7.1.5) */
export function closeFrame(code: number | undefined): Buffer {
  if (code === undefined) return encodeFrame(OPCODES.close, Buffer.alloc(0));
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return encodeFrame(OPCODES.close, payload);
}

export const PING = encodeFrame(OPCODES.ping, Buffer.alloc(0));
