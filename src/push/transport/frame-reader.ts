import { DEFAULT_MAX_FRAME_BYTES, ERROR, FRAME_HEADER_BYTES, Http2Error } from './frames.ts';

/** Takes one whole frame: its payload is `buffer[start, end)`, valid only during the call. */
export type FrameHandler = (
  type: number,
  flags: number,
  streamId: number,
  buffer: Buffer,
  start: number,
  end: number,
) => void;

const NOTHING = Buffer.alloc(0);

/** Cuts a byte stream into frames, without copying those that arrive whole. Holds at most one incomplete frame. */
export class FrameReader {
  readonly #onFrame: FrameHandler;
  #rest: Buffer = NOTHING;

  constructor(onFrame: FrameHandler) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the first `chunkBytes` of a chunk.
   * @throws {Http2Error} FRAME_SIZE_ERROR for a frame above 16,384 bytes, before its payload is waited for
   */
  read(chunk: Buffer, chunkBytes: number): void {
    let buffer = chunk;
    let bytes = chunkBytes;
    if (this.#rest.length > 0) {
      buffer = Buffer.concat([this.#rest, chunk.subarray(0, chunkBytes)]);
      bytes = buffer.length;
      this.#rest = NOTHING;
    }
    let at = 0;
    while (bytes - at >= FRAME_HEADER_BYTES) {
      const length = ((buffer[at] ?? 0) << 16) | ((buffer[at + 1] ?? 0) << 8) | (buffer[at + 2] ?? 0);
      if (length > DEFAULT_MAX_FRAME_BYTES) {
        throw new Http2Error(ERROR.frameSize, `a frame of ${length} bytes`);
      }
      const start = at + FRAME_HEADER_BYTES;
      const end = start + length;
      if (end > bytes) break;
      const streamId = buffer.readUInt32BE(at + 5) & 0x7fff_ffff;
      this.#onFrame(buffer[at + 3] ?? 0, buffer[at + 4] ?? 0, streamId, buffer, start, end);
      at = end;
    }
    // A copy: a few bytes must not keep a whole chunk alive.
    if (at < bytes) this.#rest = Buffer.from(buffer.subarray(at, bytes));
  }
}
