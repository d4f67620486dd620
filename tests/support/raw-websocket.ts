import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket client that does just what it is told, right or wrong. */
export interface RawClient {
  readonly socket: Socket;
  /** What has come so far. */
  received(): Buffer;
  /** Resolves when what has come satisfies the test. */
  until(test: (received: Buffer) => boolean): Promise<Buffer>;
  /** The frames behind the answer's head, and whether the last one is whole. */
  frames(): { opcode: number; payload: Buffer }[];
  /** Resolves when the server has closed. */
  readonly closed: Promise<unknown>;
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export const handshake = (query = '', headers: Record<string, string> = {}): string =>
  request('GET', `/v1/live?${query}`, {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...headers,
  });

export function request(method: string, target: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Connects and sends the bytes. */
export async function rawClient(port: number, first: string | Buffer): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' });
  const parts: Buffer[] = [];
  const waiting = new Set<() => void>();
  socket.on('data', (part) => {
    parts.push(part);
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(first);
  const received = (): Buffer => Buffer.concat(parts);
  return {
    socket,
    received,
    until: (test) =>
      new Promise((resolve) => {
        const look = (): void => {
          const all = received();
          if (!test(all)) return;
          waiting.delete(look);
          resolve(all);
        };
        waiting.add(look);
        look();
      }),
    frames: () => readFrames(received()),
    closed,
  };
}

/** Opens a line and waits for its hello. */
export async function openRaw(port: number, query = ''): Promise<RawClient> {
  const client = await rawClient(port, handshake(query));
  await client.until((received) => readFrames(received).length > 0);
  return client;
}

/** A frame from client to server (RFC 6455, section 5.2). */
export function clientFrame(
  first: number,
  payload: Buffer | string = '',
  options: { length?: number; masked?: boolean } = {},
): Buffer {
  const { masked = true, length = Buffer.byteLength(payload) } = options;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  if (head.length === 2) head[1] = length;
  else if (head.length === 4) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  if (head.length > 2) head[1] = head.length === 4 ? 126 : 127;
  if (!masked) return Buffer.concat([head, Buffer.from(payload)]);
  head[1] = (head[1] ?? 0) | 0x80;
  const mask = randomBytes(4);
  return Buffer.concat([
    head,
    mask,
    Buffer.from(payload).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
  ]);
}

/** The whole frames from server to client behind the head of the answer. @throws when a frame is masked or in fragments */
function readFrames(bytes: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  if (at === 3) return frames;
  while (at + 2 <= bytes.length) {
    const first = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    if ((first & 0xf0) !== 0x80 || short > 127) throw new Error(`not a server's frame at ${at}`);
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (at + head + length > bytes.length) break;
    frames.push({ opcode: first & 0x0f, payload: bytes.subarray(at + head, at + head + length) });
    at += head + length;
  }
  return frames;
}

/** The code of the close frame among the frames; 1005 when it has none, undefined when there is none. */
export function closeCode(frames: readonly { opcode: number; payload: Buffer }[]): number | undefined {
  const close = frames.find(({ opcode }) => opcode === 8);
  if (close === undefined) return undefined;
  return close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0);
}
