import { TransportError } from '../types.ts';
import { areTrailers, readAnswerHeaders } from './answer-headers.ts';
import { MAX_ANSWER_BYTES, MAX_INTERIM_ANSWERS, type Exchange } from './exchange.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { ServerEvents } from './frame-dispatch.ts';
import { DEFAULT_WINDOW_BYTES, ERROR, FRAME, Http2Error, MAX_STREAM_ID, MAX_WINDOW_BYTES } from './frames.ts';
import type { Http2Output } from './http2-output.ts';
import type { Http2Sender } from './http2-sender.ts';

/** Codes by which a server says that we broke the protocol. Other codes concern the server alone. */
const BLAMES: ReadonlySet<number> = new Set([
  ERROR.protocol,
  ERROR.flowControl,
  ERROR.streamClosed,
  ERROR.frameSize,
  ERROR.compression,
  ERROR.http11Required,
]);

/** Events of incoming frames that the connection needs. */
export interface ReceiverEvents {
  onGreeted(): void;
  onPong(): void;
  /** The server takes no new streams. */
  onGoingAway(): void;
  /** A stream has ended, and with it its exchange, unless that was returned. */
  onReleased(): void;
  /** The server did not act on the exchange, which may be sent again. */
  onReturned(exchange: Exchange, reason: string): void;
  /** The server broke the protocol on one stream, or says that we did; the connection may go on. */
  onFault(error: Http2Error): void;
}

export interface ReceiverDeps {
  readonly sender: Http2Sender;
  readonly output: Http2Output;
  readonly guard: FloodGuard;
  readonly events: ReceiverEvents;
}

/**
 * The receiving half of a connection: makes answers from frames, and reopens the windows (RFC 9113, sections 6 and
 * 8.1).
 */
export class Http2Receiver implements ServerEvents {
  readonly #deps: ReceiverDeps;
  /** The last stream in the server's GOAWAY. Later ones may only lower it. */
  #lastAcceptedId = MAX_STREAM_ID;
  /** Bytes that were received on the connection and not yet given back to the server's window. */
  #unacknowledged = 0;

  constructor(deps: ReceiverDeps) {
    this.#deps = deps;
  }

  /** Gives a stream up before its end. */
  reset(exchange: Exchange, code: number): void {
    this.#release(exchange);
    this.#deps.output.control(FRAME.rstStream, 0, exchange.streamId, code);
  }

  onHeaders(streamId: number, fields: readonly string[], malformed: boolean, endStream: boolean): void {
    const exchange = this.#find(streamId);
    if (exchange === undefined) return this.#deps.guard.count();
    if (malformed) return this.#malformed(exchange, 'a header field that is not allowed');
    if (exchange.status !== 0) {
      if (!endStream || !areTrailers(fields)) return this.#malformed(exchange, 'invalid trailers');
      return this.#complete(exchange);
    }
    const answer = readAnswerHeaders(fields);
    if (answer === undefined) return this.#malformed(exchange, 'an answer without a valid status');
    if (answer.status < 200) {
      if (endStream || answer.status === 101) this.#malformed(exchange, 'an interim answer that is final');
      exchange.interimAnswers += 1;
      if (exchange.interimAnswers > MAX_INTERIM_ANSWERS) return this.#cutOff(exchange);
      return this.#deps.guard.count();
    }
    exchange.status = answer.status;
    exchange.headers = answer.headers;
    if (endStream) this.#complete(exchange);
  }

  onData(id: number, buffer: Buffer, start: number, end: number, bytes: number, endStream: boolean): void {
    this.#unacknowledged = this.#giveBack(0, this.#unacknowledged + bytes);
    const exchange = this.#find(id);
    if (exchange === undefined) return this.#deps.guard.count();
    if (exchange.status === 0) return this.#malformed(exchange, 'a body before its headers');
    exchange.keepBody(buffer, start, end);
    exchange.received += bytes;
    if (!endStream && exchange.received > MAX_ANSWER_BYTES) {
      // The status is enough.
      this.reset(exchange, ERROR.cancel);
      return exchange.complete();
    }
    if (endStream) this.#complete(exchange);
    else exchange.unacknowledged = this.#giveBack(id, exchange.unacknowledged + bytes);
  }

  onReset(streamId: number, code: number): void {
    const exchange = this.#find(streamId);
    if (exchange === undefined) return;
    this.#release(exchange);
    if (code === ERROR.none && exchange.status !== 0) return exchange.complete();
    if (code === ERROR.refusedStream) return this.#returned(exchange, 'the server refused the stream');
    const message = `the server reset the stream with code ${code}`;
    if (!BLAMES.has(code)) return exchange.reject(new TransportError('refused', message, true));
    this.#deps.events.onFault(new Http2Error(code, message));
    exchange.reject(new TransportError('protocol', message, true));
  }

  onSettings(buffer: Buffer, start: number, end: number): void {
    this.#deps.sender.applySettings(buffer, start, end);
    this.#deps.events.onGreeted();
  }

  onPing(payload: Buffer): void {
    this.#deps.output.pingAck(payload);
  }

  onPong(): void {
    this.#deps.events.onPong();
  }

  onGoaway(lastStreamId: number, code: number): void {
    if (lastStreamId > this.#lastAcceptedId) {
      throw new Http2Error(ERROR.protocol, 'a GOAWAY that takes back another');
    }
    this.#lastAcceptedId = lastStreamId;
    const { events, sender } = this.#deps;
    events.onGoingAway();
    if (BLAMES.has(code)) events.onFault(new Http2Error(code, `the server went away with code ${code}`));
    for (const exchange of sender.streams.values()) {
      if (exchange.streamId <= lastStreamId) continue;
      this.#release(exchange);
      this.#returned(exchange, 'the server went away');
    }
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) throw new Http2Error(ERROR.protocol, 'a WINDOW_UPDATE of nothing');
      return this.#deps.sender.widenConnection(increment);
    }
    const exchange = this.#find(streamId);
    if (exchange === undefined) return;
    exchange.window += increment;
    if (increment === 0) this.#malformed(exchange, 'a WINDOW_UPDATE of nothing');
    else if (exchange.window > MAX_WINDOW_BYTES) {
      this.#malformed(exchange, 'a window that overflows', ERROR.flowControl);
    }
  }

  /** The server says that it did not act on the request. A server that has begun to answer contradicts itself. */
  #returned(exchange: Exchange, reason: string): void {
    if (exchange.status === 0) this.#deps.events.onReturned(exchange, reason);
    else exchange.reject(new TransportError('refused', reason, true));
  }

  /** Reopens a window once half of it is used. Returns the bytes that are still to be given back. */
  #giveBack(streamId: number, bytes: number): number {
    if (bytes <= DEFAULT_WINDOW_BYTES / 2) return bytes;
    this.#deps.output.control(FRAME.windowUpdate, 0, streamId, bytes);
    return 0;
  }

  /** The exchange on an open stream. Frames may still arrive for a closed stream, which has none. */
  #find(streamId: number): Exchange | undefined {
    const { sender } = this.#deps;
    const exchange = sender.streams.get(streamId);
    if (exchange === undefined && sender.isIdle(streamId)) {
      throw new Http2Error(ERROR.protocol, `a frame on stream ${streamId}, which nobody opened`);
    }
    return exchange;
  }

  #complete(exchange: Exchange): void {
    // The answer is early: the server does not want the rest of the body (section 8.1).
    if (exchange.bodySent < exchange.request.body.length) this.reset(exchange, ERROR.none);
    else this.#release(exchange);
    exchange.complete();
  }

  /** Our other clients would do no better with a server that never finishes its answer. */
  #cutOff(exchange: Exchange): void {
    this.reset(exchange, ERROR.cancel);
    exchange.reject(new TransportError('protocol', 'too many interim answers', true));
  }

  /** One answer is malformed; the connection may go on (section 8.1.1). */
  #malformed(exchange: Exchange, message: string, code: number = ERROR.protocol): void {
    this.reset(exchange, code);
    this.#deps.events.onFault(new Http2Error(code, message));
    exchange.reject(new TransportError('protocol', message, true));
  }

  #release(exchange: Exchange): void {
    this.#deps.sender.remove(exchange);
    this.#deps.events.onReleased();
  }
}
