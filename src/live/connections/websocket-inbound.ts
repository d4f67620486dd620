import { isUtf8 } from 'node:buffer';
import { CLOSE_CODES } from '../protocol.ts';
import { OPCODES } from './websocket-frames.ts';

// Frames from client to server (RFC 6455, section 5). The protocol has no client messages, so only control frames are
// read, and never more than one of them is held: the first bytes of a data frame are enough to refuse it.

/** A data frame that announces more than this is too big, not only unwanted. */
const MAX_DATA = 1024;
/** Section 5.5. */
const MAX_CONTROL = 125;
const MASK = 4;

export type Inbound =
  | { readonly type: 'ping'; readonly payload: Buffer; readonly next: number }
  | { readonly type: 'pong'; readonly next: number }
  /** `code` undefined: the frame had none. */
  | { readonly type: 'close'; readonly code: number | undefined; readonly next: number }
  /** The client broke a rule: close with this code, and read no further. */
  | { readonly type: 'fault'; readonly code: number; readonly reason: string };

const fault = (reason: string, code: number = CLOSE_CODES.protocolError): Inbound => ({
  type: 'fault',
  code,
  reason,
});

/**
 * Reads the frame that begins at `at`.
 * @returns undefined when its end has not come yet; else the frame, and at which byte the next one begins
 */
export function readFrame(bytes: Buffer, at: number): Inbound | undefined {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  const length = second & 0x7f;
  if ((first & 0x70) !== 0) return fault('reserved bits are set, and no extension was agreed (5.2)');
  if ((second & 0x80) === 0) return fault('a client must mask its frames (5.1)');
  if (opcode === OPCODES.text || opcode === OPCODES.binary) return refuseData(bytes, at, length);
  if (opcode < OPCODES.close) return fault('no message that goes on, or a reserved opcode (5.4, 5.2)');
  if (opcode > OPCODES.pong) return fault('a reserved opcode (5.2)');
  if ((first & 0x80) === 0) return fault('a control frame in fragments (5.5)');
  if (length > MAX_CONTROL) return fault('a control frame of more than 125 bytes (5.5)');
  const start = at + 2 + MASK;
  const next = start + length;
  if (bytes.length < next) return undefined;
  if (opcode === OPCODES.pong) return { type: 'pong', next };
  const payload = unmask(bytes, at + 2, start, next);
  return opcode === OPCODES.ping ? { type: 'ping', payload, next } : readClose(payload, next);
}

function refuseData(bytes: Buffer, at: number, length: number): Inbound | undefined {
  if (length < 126) return fault('nothing is to be sent', CLOSE_CODES.policyViolation);
  if (length === 127) return fault('too long', CLOSE_CODES.messageTooBig);
  if (bytes.length < at + 4) return undefined;
  return bytes.readUInt16BE(at + 2) > MAX_DATA
    ? fault('too long', CLOSE_CODES.messageTooBig)
    : fault('nothing is to be sent', CLOSE_CODES.policyViolation);
}

/** Section 5.3. */
function unmask(bytes: Buffer, mask: number, start: number, end: number): Buffer {
  const plain = Buffer.allocUnsafe(end - start);
  for (let i = 0; i < plain.length; i++) {
    plain[i] = (bytes[start + i] ?? 0) ^ (bytes[mask + (i % MASK)] ?? 0);
  }
  return plain;
}

/** Section 5.5.1: nothing, or a code and perhaps a reason in UTF-8. */
function readClose(payload: Buffer, next: number): Inbound {
  if (payload.length === 0) return { type: 'close', code: undefined, next };
  if (payload.length === 1) return fault('half a close code (5.5.1)');
  const code = payload.readUInt16BE(0);
  if (!mayBeSent(code)) return fault('a close code that may not be sent (7.4)');
  if (!isUtf8(payload.subarray(2))) return fault('a reason that is no UTF-8 (8.1)', CLOSE_CODES.invalidText);
  return { type: 'close', code, next };
}

/** Section 7.4 and the registry that it founds: 1004 to 1006 and 1015 are never on the wire. */
const mayBeSent = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) || (code >= 3000 && code <= 4999);
