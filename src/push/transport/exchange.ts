import type { TransportError, TransportRequest, TransportResponse } from '../types.ts';

/** Most bytes of an answer's body that are kept. The rest is discarded. */
export const KEPT_BODY_BYTES = 1024;
/** An answer to a push message is short: Ajil does not wait for the rest of a longer body. */
export const MAX_ANSWER_BYTES = 65_536;
/** Most interim (1xx) answers to one request. Push services send none. */
export const MAX_INTERIM_ANSWERS = 20;

/**
 * One request until its answer, and the state of the stream that carries it. It is settled exactly once. Later calls do
 * nothing.
 */
export class Exchange {
  readonly request: TransportRequest;
  /** Most bytes that path and headers take in a header block. */
  readonly headerBytes: number;
  /** On the transport's clock, in ms. */
  readonly deadline: number;
  readonly answer: Promise<TransportResponse>;
  settled = false;
  /** How often a server said that it did not act on the request. */
  returns = 0;

  streamId = 0;
  /** When its first byte was written, on the transport's clock. */
  writtenAt = 0;
  /** Bytes that the stream's window still allows. */
  window = 0;
  bodySent = 0;
  /** 0 until the final (not 1xx) header block. */
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  /** Of the answer's body, in bytes. */
  received = 0;
  interimAnswers = 0;
  /** Bytes that were received on this stream and not yet given back to the peer's window. */
  unacknowledged = 0;
  #body: Buffer | undefined;
  #resolve!: (response: TransportResponse) => void;
  #reject!: (error: TransportError) => void;
  readonly #onSettled: () => void;

  constructor(request: TransportRequest, headerBytes: number, deadline: number, onSettled: () => void) {
    this.request = request;
    this.headerBytes = headerBytes;
    this.deadline = deadline;
    this.#onSettled = onSettled;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Starts again on a new stream. */
  open(streamId: number, window: number, now: number): void {
    this.streamId = streamId;
    this.window = window;
    this.writtenAt = now;
    this.bodySent = 0;
    this.status = 0;
    this.headers = {};
    this.received = 0;
    this.interimAnswers = 0;
    this.unacknowledged = 0;
    this.#body = undefined;
  }

  /** Keeps as much of a piece of the answer's body as there is room for. */
  keepBody(buffer: Buffer, start: number, end: number): void {
    const held = this.#body?.length ?? 0;
    const wanted = Math.min(end - start, KEPT_BODY_BYTES - held);
    if (wanted <= 0) return;
    const piece = buffer.subarray(start, start + wanted);
    this.#body = this.#body === undefined ? Buffer.from(piece) : Buffer.concat([this.#body, piece]);
  }

  /** The answer is complete. */
  complete(): void {
    const body = this.#body === undefined ? '' : this.#body.toString('utf8');
    this.resolve({ status: this.status, headers: this.headers, body });
  }

  /** Settles with an answer that another client has read. */
  resolve(response: TransportResponse): void {
    if (this.settled) return;
    this.settled = true;
    this.#resolve(response);
    this.#onSettled();
  }

  reject(error: TransportError): void {
    if (this.settled) return;
    this.settled = true;
    this.#reject(error);
    this.#onSettled();
  }
}
