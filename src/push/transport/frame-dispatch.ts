import type { FloodGuard } from './flood-guard.ts';
import { ERROR, FLAG, FRAME, Http2Error, readUint31 } from './frames.ts';
import { HpackDecoder } from './hpack-decoder.ts';

/** Bounds against header blocks that never end (CONTINUATION flood). */
const MAX_BLOCK_BYTES = 65_536;
const MAX_BLOCK_FRAMES = 32;
/** Below this size DATA costs more than it brings, unless it is the last frame. */
const SMALL_DATA_BYTES = 256;

/** Handles a server's frames whose form has been checked. Each may throw {@link Http2Error}. */
export interface ServerEvents {
  /** `fields` (name, value, …) are valid during the call. */
  onHeaders(streamId: number, fields: readonly string[], malformed: boolean, endStream: boolean): void;
  /** `flowBytes` count against both windows and include padding. */
  onData(
    streamId: number,
    buffer: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    endStream: boolean,
  ): void;
  onReset(streamId: number, code: number): void;
  onSettings(buffer: Buffer, start: number, end: number): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  onGoaway(lastStreamId: number, code: number): void;
  /** Stream 0 is the connection. */
  onWindowUpdate(streamId: number, increment: number): void;
}

/** Checks the form of each frame (RFC 9113, section 6), joins header blocks and decodes them. */
export class FrameDispatch {
  readonly #events: ServerEvents;
  readonly #guard: FloodGuard;
  readonly #hpack = new HpackDecoder();
  #block: Buffer[] = [];
  #blockBytes = 0;
  /** If not 0, the header block of this stream continues, and no other frame may come. */
  #blockStream = 0;
  #blockEndsStream = false;
  #greeted = false;

  constructor(events: ServerEvents, guard: FloodGuard) {
    this.#events = events;
    this.#guard = guard;
  }

  /** @throws {Http2Error} if the connection cannot go on */
  readonly frame = (
    type: number,
    flags: number,
    streamId: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void => {
    if (!this.#greeted && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      throw new Http2Error(ERROR.protocol, 'a connection that does not start with SETTINGS');
    }
    this.#greeted = true;
    if (this.#blockStream !== 0 && (type !== FRAME.continuation || streamId !== this.#blockStream)) {
      throw new Http2Error(ERROR.protocol, 'a header block that is interrupted');
    }
    switch (type) {
      case FRAME.data:
        return this.#data(flags, streamId, buffer, start, end);
      case FRAME.headers:
        return this.#headers(flags, streamId, buffer, start, end);
      case FRAME.continuation:
        return this.#continuation(flags, streamId, buffer, start, end);
      case FRAME.pushPromise:
        throw new Http2Error(ERROR.protocol, 'a PUSH_PROMISE, although push is off');
      default:
        this.#guard.count();
        return this.#control(type, flags, streamId, buffer, start, end);
    }
  };

  #control(type: number, flags: number, streamId: number, buffer: Buffer, start: number, end: number): void {
    const length = end - start;
    switch (type) {
      case FRAME.priority:
        requireStream(streamId, true);
        requireLength(length === 5);
        return;
      case FRAME.rstStream:
        requireStream(streamId, true);
        requireLength(length === 4);
        return this.#events.onReset(streamId, buffer.readUInt32BE(start));
      case FRAME.settings:
        requireStream(streamId, false);
        if ((flags & FLAG.ack) === 0) return this.#events.onSettings(buffer, start, end);
        return requireLength(length === 0);
      case FRAME.ping:
        requireStream(streamId, false);
        requireLength(length === 8);
        if ((flags & FLAG.ack) !== 0) return this.#events.onPong();
        return this.#events.onPing(buffer.subarray(start, end));
      case FRAME.goaway:
        requireStream(streamId, false);
        requireLength(length >= 8);
        return this.#events.onGoaway(readUint31(buffer, start), buffer.readUInt32BE(start + 4));
      case FRAME.windowUpdate:
        requireLength(length === 4);
        return this.#events.onWindowUpdate(streamId, readUint31(buffer, start));
      default: // an unknown type is ignored (section 4.1)
    }
  }

  #data(flags: number, streamId: number, buffer: Buffer, start: number, end: number): void {
    requireStream(streamId, true);
    const from = start + (flags & FLAG.padded ? 1 : 0);
    const to = end - padding(flags, buffer, start, end);
    if (to < from) throw new Http2Error(ERROR.protocol, 'more padding than payload');
    const endStream = (flags & FLAG.endStream) !== 0;
    if (to - from < SMALL_DATA_BYTES && !endStream) this.#guard.count();
    this.#events.onData(streamId, buffer, from, to, end - start, endStream);
  }

  #headers(flags: number, streamId: number, buffer: Buffer, start: number, end: number): void {
    requireStream(streamId, true);
    let from = start + (flags & FLAG.padded ? 1 : 0);
    if (flags & FLAG.priority) from += 5;
    const to = end - padding(flags, buffer, start, end);
    if (to < from) throw new Http2Error(ERROR.protocol, 'more padding than payload');
    const endStream = (flags & FLAG.endStream) !== 0;
    if (flags & FLAG.endHeaders) {
      this.#decode(streamId, buffer, from, to, endStream);
      return;
    }
    this.#blockStream = streamId;
    this.#blockEndsStream = endStream;
    this.#blockBytes = 0;
    this.#append(buffer, from, to);
  }

  #continuation(flags: number, streamId: number, buffer: Buffer, start: number, end: number): void {
    if (this.#blockStream === 0) throw new Http2Error(ERROR.protocol, 'a CONTINUATION of nothing');
    this.#append(buffer, start, end);
    if ((flags & FLAG.endHeaders) === 0) return;
    const block = Buffer.concat(this.#block);
    this.#block = [];
    this.#blockStream = 0;
    this.#decode(streamId, block, 0, block.length, this.#blockEndsStream);
  }

  #append(buffer: Buffer, start: number, end: number): void {
    this.#blockBytes += end - start;
    this.#block.push(Buffer.from(buffer.subarray(start, end)));
    if (this.#blockBytes > MAX_BLOCK_BYTES || this.#block.length > MAX_BLOCK_FRAMES) {
      throw new Http2Error(ERROR.enhanceYourCalm, 'a header block without end');
    }
  }

  #decode(streamId: number, buffer: Buffer, start: number, end: number, endStream: boolean): void {
    const fields = this.#hpack.decode(buffer, start, end);
    this.#events.onHeaders(streamId, fields, this.#hpack.malformed, endStream);
  }
}

/** How many bytes at the end are padding (RFC 9113, section 6.1). */
function padding(flags: number, buffer: Buffer, start: number, end: number): number {
  if ((flags & FLAG.padded) === 0) return 0;
  requireLength(end > start);
  return buffer[start] ?? 0;
}

function requireLength(right: boolean): void {
  if (!right) throw new Http2Error(ERROR.frameSize, 'a frame of a wrong length');
}

function requireStream(streamId: number, onStream: boolean): void {
  if ((streamId !== 0) !== onStream) throw new Http2Error(ERROR.protocol, `a frame on stream ${streamId}`);
}
