import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { pick } from '../chaos/live/alert-source.ts';

/** What the gateway must make of a frame (RFC 6455; the close codes are those of src/live/protocol.ts). */
export type Effect =
  | { readonly type: 'nothing' }
  | { readonly type: 'pong'; readonly payload: Buffer }
  /** A message has begun; its end is never read. */
  | { readonly type: 'begin' }
  /** `code` undefined: a close frame without one. */
  | { readonly type: 'close'; readonly code: number | undefined };

export interface ClientFrame {
  readonly name: string;
  readonly bytes: Buffer;
  readonly effect: Effect;
  /** The effect while a message has begun and not ended; by default the same. */
  readonly inMessage?: Effect | undefined;
}

interface Shape {
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly opcode: number;
  readonly masked?: boolean;
  readonly payload: Buffer;
  /** Written with more length bytes than it needs. */
  readonly lengthForm?: 7 | 16 | 64;
}

function encode({ fin = true, reserved = 0, opcode, masked = true, payload, lengthForm }: Shape): Buffer {
  const { length } = payload;
  const form = lengthForm ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64);
  const head = Buffer.alloc(form === 7 ? 2 : form === 16 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (form === 7 ? length : form === 16 ? 126 : 127);
  if (form === 16) head.writeUInt16BE(length, 2);
  if (form === 64) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const body = masked ? Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))) : payload;
  return Buffer.concat([head, mask, body]);
}

const close = (code: number | undefined): Effect => ({ type: 'close', code });
const anyPayload = (random: () => number, most: number): Buffer => randomBytes(Math.floor(random() * most));

/** Each makes one frame; the effect follows from the RFC, not from the gateway. */
const MAKERS: Record<string, (random: () => number) => [Shape, Effect, inMessage?: Effect]> = {
  ping: (random) => {
    const payload = anyPayload(random, 126);
    return [
      { opcode: 9, payload },
      { type: 'pong', payload },
    ];
  },
  pong: (random) => [{ opcode: 10, payload: anyPayload(random, 126) }, { type: 'nothing' }],
  text: (random) => {
    const payload = anyPayload(random, 1000);
    return [{ opcode: 1, payload }, close(isUtf8(payload) ? 1008 : 1007), close(1002)];
  },
  'empty text': () => [{ opcode: 1, payload: Buffer.alloc(0) }, close(1008), close(1002)],
  binary: (random) => [{ opcode: 2, payload: anyPayload(random, 1000) }, close(1008), close(1002)],
  'first fragment': (random) => [
    { opcode: 1, fin: false, payload: anyPayload(random, 20) },
    { type: 'begin' },
    close(1002),
  ],
  'large text': (random) => [
    { opcode: 1, payload: randomBytes(1025 + Math.floor(random() * 60_000)) },
    close(1009),
    close(1002),
  ],
  'huge binary': () => [{ opcode: 2, payload: randomBytes(70_000) }, close(1009), close(1002)],
  continuation: (random) => [
    { opcode: 0, fin: random() < 0.5, payload: anyPayload(random, 1000) },
    close(1002),
    close(1008),
  ],
  'reserved data opcode': (random) => [
    { opcode: 3 + Math.floor(random() * 5), payload: anyPayload(random, 100) },
    close(1002),
  ],
  'reserved control opcode': (random) => [
    { opcode: 11 + Math.floor(random() * 5), payload: anyPayload(random, 100) },
    close(1002),
  ],
  'reserved bits': (random) => [
    {
      opcode: pick([0, 1, 2, 8, 9, 10], random),
      reserved: 1 + Math.floor(random() * 7),
      payload: anyPayload(random, 100),
    },
    close(1002),
  ],
  'no mask': (random) => [
    { opcode: pick([1, 2, 8, 9, 10], random), masked: false, payload: anyPayload(random, 100) },
    close(1002),
  ],
  'control in fragments': (random) => [
    { opcode: pick([8, 9, 10], random), fin: false, payload: anyPayload(random, 100) },
    close(1002),
  ],
  'long control': (random) => [
    { opcode: pick([8, 9, 10], random), payload: randomBytes(126 + Math.floor(random() * 500)) },
    close(1002),
  ],
  'control with a long length form': (random) => [
    { opcode: pick([9, 10], random), lengthForm: pick([16, 64] as const, random), payload: randomBytes(10) },
    close(1002),
  ],
  close: () => [{ opcode: 8, payload: Buffer.alloc(0) }, close(undefined)],
  'close with a code': (random) => {
    const code = pick([1000, 1001, 1003, 1008, 1011, 1013, 3000, 3999, 4000, 4999], random);
    return [{ opcode: 8, payload: closePayload(code, 'وداعا') }, close(code)];
  },
  'close with a code that may not be sent': (random) => {
    const code = pick([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535], random);
    return [{ opcode: 8, payload: closePayload(code, '') }, close(1002)];
  },
  'half a close code': () => [{ opcode: 8, payload: Buffer.of(3) }, close(1002)],
  'close without UTF-8': () => [
    { opcode: 8, payload: Buffer.concat([closePayload(1000, ''), Buffer.of(0xc3, 0x28)]) },
    close(1007),
  ],
};

function closePayload(code: number, reason: string): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

/** Some frames one after the other; the first that closes decides how it ends. */
export function anyFrames(random: () => number): ClientFrame[] {
  return Array.from({ length: Math.floor(random() * 5) }, () => {
    const name = pick(Object.keys(MAKERS), random);
    const [shape, effect, inMessage] = (MAKERS[name] as (typeof MAKERS)[string])(random);
    return { name, bytes: encode(shape), effect, inMessage };
  });
}

/** What must come back: the pongs before the end, and the end. */
export function effectOf(frames: readonly ClientFrame[]): { pongs: Buffer[]; end: Effect | undefined } {
  const pongs: Buffer[] = [];
  let begun = false;
  for (const frame of frames) {
    const effect: Effect = begun ? (frame.inMessage ?? frame.effect) : frame.effect;
    begun ||= effect.type === 'begin';
    if (effect.type === 'close') return { pongs, end: effect };
    if (effect.type === 'pong') pongs.push(effect.payload);
  }
  return { pongs, end: undefined };
}
