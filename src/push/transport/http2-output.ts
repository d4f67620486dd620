import type { TLSSocket } from 'node:tls';
import { ERROR, FRAME, FRAME_HEADER_BYTES, Http2Error, writeFrameHeader, writeUint32 } from './frames.ts';

/** Four TLS records: a write carries many frames, and has room for the largest header block and the largest frame. */
const WRITE_BYTES = 65_536;
/** Buffers kept for the next write, for all connections together. */
const MAX_SPARE = 8;
/** Most bytes of answers that the peer does not read. More is an attack. */
const MAX_CONTROL_BYTES = 16_384;

/** Buffers that sockets have returned. A new buffer for each write would burden the garbage collector. */
const spare: Buffer[] = [];
const NONE = Buffer.alloc(0);
const takeBuffer = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(WRITE_BYTES);

/** Collects frames into few writes, and stops while the socket cannot take more. */
export class Http2Output {
  readonly #socket: TLSSocket;
  #control: Buffer = Buffer.allocUnsafe(256);
  #controlBytes = 0;
  /** Frames are laid out here after {@link begin}, from `at` on. */
  buffer: Buffer = NONE;
  at = 0;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  /** False while the socket has not written what it was given: wait for `drain`. */
  get writable(): boolean {
    return !this.#socket.writableNeedDrain && this.#socket.writable;
  }

  get room(): number {
    return WRITE_BYTES - this.at;
  }

  /**
   * Queues a frame with a payload of one or two 32-bit numbers, for the next write.
   * @throws {Http2Error} ENHANCE_YOUR_CALM if too many wait
   */
  control(type: number, flags: number, streamId: number, first?: number, second?: number): void {
    const length = (first === undefined ? 0 : 4) + (second === undefined ? 0 : 4);
    let at = this.#reserve(FRAME_HEADER_BYTES + length);
    at = writeFrameHeader(this.#control, at, length, type, flags, streamId);
    if (first !== undefined) at = writeUint32(this.#control, at, first);
    if (second !== undefined) writeUint32(this.#control, at, second);
  }

  /** Queues the answer to a PING, which repeats its eight bytes. */
  pingAck(payload: Buffer): void {
    let at = this.#reserve(FRAME_HEADER_BYTES + 8);
    at = writeFrameHeader(this.#control, at, 8, FRAME.ping, 1, 0);
    payload.copy(this.#control, at);
  }

  #reserve(bytes: number): number {
    const at = this.#controlBytes;
    this.#controlBytes += bytes;
    if (this.#controlBytes > MAX_CONTROL_BYTES) {
      throw new Http2Error(ERROR.enhanceYourCalm, 'a peer that does not read its answers');
    }
    if (this.#controlBytes > this.#control.length) {
      const larger = Buffer.allocUnsafe(this.#controlBytes * 2);
      this.#control.copy(larger);
      this.#control = larger;
    }
    return at;
  }

  /** Starts a write with the queued frames. Call {@link commit} before other code runs. */
  begin(): void {
    if (this.buffer === NONE) this.buffer = takeBuffer();
    this.at = 0;
    if (this.#controlBytes === 0) return;
    this.at = this.#control.copy(this.buffer, 0, 0, this.#controlBytes);
    this.#controlBytes = 0;
  }

  /** Sends GOAWAY immediately (RFC 9113, section 6.8). It names no stream, because the server has opened none. */
  goaway(code: number): void {
    this.#controlBytes = 0;
    this.control(FRAME.goaway, 0, 0, 0, code);
    this.begin();
    this.commit();
  }

  /** Hands the frames to the socket. Returns false if it cannot take more for now. */
  commit(): boolean {
    if (this.at > 0) {
      const { buffer } = this;
      this.#socket.write(buffer.subarray(0, this.at), () => {
        if (spare.length < MAX_SPARE) spare.push(buffer);
      });
      this.buffer = takeBuffer();
      this.at = 0;
    }
    return this.writable;
  }
}
