import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { FrameReader } from '../../src/push/transport/frame-reader.ts';
import { FLAG, FRAME, writeFrameHeader } from '../../src/push/transport/frames.ts';
import { HpackDecoder } from '../../src/push/transport/hpack-decoder.ts';
import type { TestCertificate } from './tls.ts';

const MAGIC_BYTES = 24;

export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export interface ReceivedRequest {
  readonly streamId: number;
  readonly headers: Readonly<Record<string, string>>;
  /** How the header block looked on the wire. */
  readonly block: Buffer;
  readonly body: Buffer;
}

/** The server's end of one HTTP/2 connection, played by a test: it says exactly what the script tells it to. */
export class Peer {
  readonly socket: TLSSocket;
  /** Everything received so far. */
  readonly frames: ReceivedFrame[] = [];
  readonly #hpack = new HpackDecoder();
  readonly #unfinished = new Map<number, ReceivedRequest>();
  readonly #requests: ReceivedRequest[] = [];
  #taken = 0;
  readonly #waiting = new Set<() => void>();
  #magic = MAGIC_BYTES;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    const reader = new FrameReader((type, flags, streamId, buffer, start, end) => {
      const received = { type, flags, streamId, payload: Buffer.from(buffer.subarray(start, end)) };
      this.frames.push(received);
      this.#assemble(received);
    });
    socket.on('data', (chunk: Buffer) => {
      const skipped = Math.min(this.#magic, chunk.length);
      this.#magic -= skipped;
      const rest = chunk.subarray(skipped);
      reader.read(rest, rest.length);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
    socket.on('error', () => {});
  }

  send(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): void {
    this.socket.write(frame(type, flags, streamId, payload));
  }

  /** SETTINGS from pairs of identifier and value, and the acknowledgement of the client's. */
  greet(...settings: [id: number, value: number][]): void {
    this.send(FRAME.settings, 0, 0, settingsPayload(settings));
    this.send(FRAME.settings, FLAG.ack, 0);
  }

  /** A header block of literals, without indexing. */
  headers(streamId: number, fields: Record<string, string>, flags = FLAG.endHeaders | FLAG.endStream): void {
    this.send(FRAME.headers, flags, streamId, literals(fields));
  }

  answer(streamId: number, status = 201): void {
    this.headers(streamId, { ':status': String(status) });
  }

  data(streamId: number, text: string | Buffer, flags: number = FLAG.endStream): void {
    this.send(FRAME.data, flags, streamId, Buffer.from(text));
  }

  goaway(lastStreamId: number, code = 0): void {
    this.send(FRAME.goaway, 0, 0, uint32(lastStreamId, code));
  }

  reset(streamId: number, code: number): void {
    this.send(FRAME.rstStream, 0, streamId, uint32(code));
  }

  /** The next frame of this type, passing over others. */
  async take(type: number): Promise<ReceivedFrame> {
    for (;;) {
      while (this.#taken < this.frames.length) {
        const next = this.frames[this.#taken++];
        if (next?.type === type) return next;
      }
      await this.#more();
    }
  }

  /** Resolves when the client has acted on all that was sent: a PING went and came back. Takes nothing. */
  async roundTrip(): Promise<void> {
    const before = this.count(FRAME.ping);
    this.send(FRAME.ping, 0, 0, Buffer.alloc(8));
    while (this.count(FRAME.ping) === before) await this.#more();
  }

  /** How many frames of this type have come. */
  count(type: number): number {
    return this.frames.filter((received) => received.type === type).length;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  /** The next whole request. */
  async request(): Promise<ReceivedRequest> {
    for (;;) {
      const next = this.#requests.shift();
      if (next !== undefined) return next;
      await this.#more();
    }
  }

  /** Header blocks are whole in what our client and `node:http2` send. */
  #assemble({ type, flags, streamId, payload }: ReceivedFrame): void {
    const before = this.#unfinished.get(streamId);
    let request: ReceivedRequest;
    if (type === FRAME.headers) {
      const block = flags & FLAG.priority ? payload.subarray(5) : payload;
      request = { streamId, headers: this.#decode(block), block, body: Buffer.alloc(0) };
    } else if (type === FRAME.data && before !== undefined) {
      request = { ...before, body: Buffer.concat([before.body, payload]) };
    } else {
      return;
    }
    this.#unfinished.set(streamId, request);
    if ((flags & FLAG.endStream) === 0) return;
    this.#unfinished.delete(streamId);
    this.#requests.push(request);
  }

  #decode(block: Buffer): Record<string, string> {
    const fields = this.#hpack.decode(block, 0, block.length);
    const headers: Record<string, string> = {};
    for (let at = 0; at < fields.length; at += 2) headers[fields[at] ?? ''] = fields[at + 1] ?? '';
    return headers;
  }

  /** Answers every further request. */
  async serve(answer: (request: ReceivedRequest) => void = (r) => this.answer(r.streamId)): Promise<never> {
    for (;;) answer(await this.request());
  }
}

export interface ScriptedServer {
  readonly origin: string;
  /** The peers of all connections so far. */
  readonly peers: readonly Peer[];
  readonly close: () => Promise<void>;
}

/** A TLS server that speaks HTTP/2 by script: called with each new connection and its number from 0. */
export async function startScriptedServer(
  certificate: TestCertificate,
  script: (peer: Peer, connection: number) => Promise<unknown> | void,
  options: TlsOptions = {},
): Promise<ScriptedServer> {
  const peers: Peer[] = [];
  const server = createServer(
    { cert: certificate.cert, key: certificate.key, ALPNProtocols: ['h2'], ...options },
    (socket) => {
      const peer = new Peer(socket);
      peers.push(peer);
      void script(peer, peers.length - 1);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    peers,
    close: async () => {
      for (const peer of peers) peer.socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, 9);
  return bytes;
}

/** Big-endian numbers of 32 bits. */
export function uint32(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [position, number] of numbers.entries()) bytes.writeUInt32BE(number, position * 4);
  return bytes;
}

export function settingsPayload(settings: [id: number, value: number][]): Buffer {
  const bytes = Buffer.alloc(settings.length * 6);
  for (const [position, [id, value]] of settings.entries()) {
    bytes.writeUInt16BE(id, position * 6);
    bytes.writeUInt32BE(value, position * 6 + 2);
  }
  return bytes;
}

/** Literal fields with names of their own (RFC 7541, section 6.2.2); strings below 127 bytes. */
export function literals(fields: Record<string, string>): Buffer {
  const pieces = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0x00, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  return Buffer.concat(pieces);
}
