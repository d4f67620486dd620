import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket client that does just what it is told, right or wrong. */
export interface RawClient {
  readonly socket: Socket;
  /** The head of the answer, as far as it has come. */
  head(): string;
  /** What came behind it and is no whole frame; the body, when it was refused. */
  rest(): Buffer;
  /** The whole frames behind the head. */
  readonly frames: readonly Frame[];
  /** Resolves when the test is true; it is asked whenever something has come. */
  until(test: () => boolean): Promise<void>;
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
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let head = '';
  let rest = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part]);
    const end = head === '' ? rest.indexOf('\r\n\r\n') : -1;
    if (end !== -1) {
      head = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 4);
    }
    if (head.startsWith('HTTP/1.1 101')) rest = takeFrames(rest, frames);
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(first);
  return {
    socket,
    head: () => head,
    rest: () => rest,
    frames,
    until: (test) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!test()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    closed,
  };
}

/** Opens a line and waits for its hello. */
export async function openRaw(port: number, query = ''): Promise<RawClient> {
  const client = await rawClient(port, handshake(query));
  await client.until(() => client.frames.length > 0);
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

/** Moves the whole frames from server to client. @returns what is left. @throws when a frame is masked or in fragments */
function takeFrames(bytes: Buffer, frames: Frame[]): Buffer<ArrayBuffer> {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const first = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    if ((first & 0xf0) !== 0x80 || short > 127) throw new Error(`not a server's frame at ${at}`);
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (at + head + length > bytes.length) break;
    frames.push({
      opcode: first & 0x0f,
      payload: Buffer.from(bytes.subarray(at + head, at + head + length)),
    });
    at += head + length;
  }
  return Buffer.from(bytes.subarray(at));
}

/** The code of the close frame among the frames; 1005 when it has none, undefined when there is none. */
export function closeCode(frames: readonly Frame[]): number | undefined {
  const close = frames.find(({ opcode }) => opcode === 8);
  if (close === undefined) return undefined;
  return close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0);
}
