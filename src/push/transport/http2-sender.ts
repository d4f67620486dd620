import type { ExchangeQueue } from './exchange-queue.ts';
import type { Exchange } from './exchange.ts';
import type { FloodGuard } from './flood-guard.ts';
import {
  DEFAULT_WINDOW_BYTES,
  ERROR,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  Http2Error,
  MAX_STREAM_ID,
  MAX_WINDOW_BYTES,
  writeFrameHeader,
} from './frames.ts';
import { FIXED_BLOCK_BYTES, HpackEncoder } from './hpack-encoder.ts';
import type { Http2Output } from './http2-output.ts';
import { isWithdrawn, TransportError } from '../types.ts';
import { applySettings, initialPeerSettings } from './peer-settings.ts';

/** Most streams on one connection, even if the server allows more. This bounds our memory. */
export const MAX_STREAMS = 1000;

/** The sending half of a connection: opens streams within the server's limits and windows (RFC 9113, section 5). */
export class Http2Sender {
  /** Open streams, by id. */
  readonly streams = new Map<number, Exchange>();
  readonly #output: Http2Output;
  readonly #guard: FloodGuard;
  readonly #authority: string;
  readonly #encoder = new HpackEncoder();
  readonly #settings = initialPeerSettings();
  /** Streams whose body waits for a window or for the socket, in order. */
  readonly #unfinished = new Set<Exchange>();
  readonly #firstStreamId: number;
  #nextStreamId: number;
  #window = DEFAULT_WINDOW_BYTES;

  constructor(output: Http2Output, guard: FloodGuard, authority: string, firstStreamId: number) {
    this.#output = output;
    this.#guard = guard;
    this.#authority = authority;
    this.#firstStreamId = firstStreamId;
    this.#nextStreamId = firstStreamId;
  }

  /** A stream was opened. */
  get used(): boolean {
    return this.#nextStreamId > this.#firstStreamId;
  }

  /** No stream can be opened on this connection any more. */
  get exhausted(): boolean {
    return this.#nextStreamId > MAX_STREAM_ID;
  }

  get full(): boolean {
    return this.exhausted || this.streams.size >= Math.min(this.#settings.maxConcurrentStreams, MAX_STREAMS);
  }

  /** We have never opened this stream (RFC 9113, section 5.1.1). */
  isIdle(streamId: number): boolean {
    return streamId >= this.#nextStreamId || streamId % 2 === 0;
  }

  remove(exchange: Exchange): void {
    this.streams.delete(exchange.streamId);
    this.#unfinished.delete(exchange);
  }

  /** Applies a SETTINGS frame, also to the open streams (section 6.9.2), and queues its acknowledgement. */
  applySettings(buffer: Buffer, start: number, end: number): void {
    const before = this.#settings.initialWindowBytes;
    applySettings(this.#settings, buffer, start, end, (bytes) => this.#encoder.setTableLimit(bytes));
    const change = this.#settings.initialWindowBytes - before;
    for (const exchange of change === 0 ? [] : this.streams.values()) {
      exchange.window += change;
      if (exchange.window > MAX_WINDOW_BYTES) {
        throw new Http2Error(ERROR.flowControl, 'SETTINGS that overflow a window');
      }
    }
    this.#output.control(FRAME.settings, FLAG.ack, 0);
  }

  /** @throws {Http2Error} if the connection's window overflows */
  widenConnection(increment: number): void {
    this.#window += increment;
    if (this.#window > MAX_WINDOW_BYTES) throw new Http2Error(ERROR.flowControl, 'a window that overflows');
  }

  /** Writes bodies whose window has opened, then as many new requests as there is room for. */
  write(queue: ExchangeQueue, mayOpen: boolean, now: number): void {
    for (const exchange of this.#unfinished) {
      if (this.#window <= 0 || !this.#output.writable) break;
      if (isWithdrawn(exchange.request.order)) this.#cancel(exchange);
      else this.#writeBody(exchange);
    }
    if (mayOpen) this.#writeRequests(queue, now);
  }

  /** The server cannot have acted on a message whose end it has not received (RFC 9113, section 8.1). */
  #cancel(exchange: Exchange): void {
    this.remove(exchange);
    this.#output.control(FRAME.rstStream, 0, exchange.streamId, ERROR.cancel);
    exchange.reject(new TransportError('refused', 'not wanted any more', false));
  }

  #writeRequests(queue: ExchangeQueue, now: number): void {
    while (!this.full && this.#output.writable) {
      const next = queue.peek();
      if (next === undefined) return;
      const { body } = next.request;
      // While the connection's window is used up, a request would only occupy a stream.
      if (body.length > 0 && this.#window <= 0) return;
      const block = FIXED_BLOCK_BYTES + this.#authority.length + next.headerBytes;
      const wanted = FRAME_HEADER_BYTES * 2 + block + body.length;
      const { room } = this.#output;
      if (room < wanted && this.#output.at > 0 && !this.#output.commit()) return;
      queue.shift();
      this.#open(next, now);
    }
  }

  #open(exchange: Exchange, now: number): void {
    const { path, headers, body } = exchange.request;
    const output = this.#output;
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    exchange.open(streamId, this.#settings.initialWindowBytes, now);
    this.streams.set(streamId, exchange);
    this.#guard.allowRequest();
    const start = output.at + FRAME_HEADER_BYTES;
    const end = this.#encoder.encode(output.buffer, start, this.#authority, path, headers, body.length);
    const flags = body.length === 0 ? FLAG.endHeaders | FLAG.endStream : FLAG.endHeaders;
    writeFrameHeader(output.buffer, output.at, end - start, FRAME.headers, flags, streamId);
    output.at = end;
    if (body.length > 0) this.#writeBody(exchange);
  }

  /** Writes as much of a body as windows, frame size and socket allow. The rest waits in `#unfinished`. */
  #writeBody(exchange: Exchange): void {
    const { body } = exchange.request;
    const output = this.#output;
    while (exchange.bodySent < body.length) {
      const left = body.length - exchange.bodySent;
      const allowed = Math.min(left, exchange.window, this.#window, this.#settings.maxFrameBytes);
      const full = output.room <= FRAME_HEADER_BYTES;
      if (allowed <= 0 || (full && !output.commit())) {
        this.#unfinished.add(exchange);
        return;
      }
      const size = Math.min(allowed, output.room - FRAME_HEADER_BYTES);
      const flags = size === left ? FLAG.endStream : 0;
      const start = writeFrameHeader(output.buffer, output.at, size, FRAME.data, flags, exchange.streamId);
      body.copy(output.buffer, start, exchange.bodySent, exchange.bodySent + size);
      output.at = start + size;
      exchange.bodySent += size;
      exchange.window -= size;
      this.#window -= size;
      this.#guard.allowDataFrame();
    }
    this.#unfinished.delete(exchange);
  }
}
