import { DEFAULT_MAX_FRAME_BYTES, ERROR, FRAME_HEADER_BYTES, Http2Error, readUint31 } from './frames.ts';

/** Takes one whole frame. Its payload is `buffer[start, end)`, which is valid only during the call. */
export type FrameHandler = (
  type: number,
  flags: number,
  streamId: number,
  buffer: Buffer,
  start: number,
  end: number,
) => void;

/** Cuts a byte stream into frames. Copies only frames that arrive in pieces, and holds at most one of them. */
export class FrameReader {
  readonly #onFrame: FrameHandler;
  /** The beginning of a frame, in a buffer with room for a whole frame, so that a frame in pieces is copied once. */
  #rest: Buffer | undefined;
  #held = 0;

  constructor(onFrame: FrameHandler) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the first `chunkBytes` of a chunk.
   * @throws {Http2Error} FRAME_SIZE_ERROR for a frame above 16,384 bytes, before its payload arrives
   */
  read(chunk: Buffer, chunkBytes: number): void {
    let at = this.#held > 0 ? this.#finish(chunk, chunkBytes) : 0;
    while (chunkBytes - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + payloadBytes(chunk, at);
      if (end > chunkBytes) break;
      this.#deliver(chunk, at, end);
      at = end;
    }
    if (at < chunkBytes) this.#hold(chunk, at, chunkBytes);
  }

  /** Completes the held frame if the chunk has enough bytes. Returns how many bytes of the chunk it took. */
  #finish(chunk: Buffer, chunkBytes: number): number {
    let at = this.#hold(chunk, 0, Math.min(chunkBytes, Math.max(0, FRAME_HEADER_BYTES - this.#held)));
    const rest = this.#rest;
    if (rest === undefined || this.#held < FRAME_HEADER_BYTES) return at;
    const end = FRAME_HEADER_BYTES + payloadBytes(rest, 0);
    at = this.#hold(chunk, at, Math.min(chunkBytes, at + end - this.#held));
    if (this.#held < end) return at;
    this.#held = 0;
    this.#deliver(rest, 0, end);
    return at;
  }

  /** Keeps `chunk[start, end)` and returns `end`. */
  #hold(chunk: Buffer, start: number, end: number): number {
    this.#rest ??= Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + DEFAULT_MAX_FRAME_BYTES);
    this.#held += chunk.copy(this.#rest, this.#held, start, end);
    return end;
  }

  #deliver(buffer: Buffer, at: number, end: number): void {
    const streamId = readUint31(buffer, at + 5);
    this.#onFrame(buffer[at + 3] ?? 0, buffer[at + 4] ?? 0, streamId, buffer, at + FRAME_HEADER_BYTES, end);
  }
}

function payloadBytes(buffer: Buffer, at: number): number {
  const length = ((buffer[at] ?? 0) << 16) | ((buffer[at + 1] ?? 0) << 8) | (buffer[at + 2] ?? 0);
  if (length > DEFAULT_MAX_FRAME_BYTES) throw new Http2Error(ERROR.frameSize, `a frame of ${length} bytes`);
  return length;
}
