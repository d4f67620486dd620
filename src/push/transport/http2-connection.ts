import type { TLSSocket } from 'node:tls';
import { TransportError } from '../types.ts';
import { areTrailers, readAnswerHeaders } from './answer-headers.ts';
import type { ExchangeQueue } from './exchange-queue.ts';
import type { Exchange } from './exchange.ts';
import { FloodGuard } from './flood-guard.ts';
import { FrameDispatch, type ServerEvents } from './frame-dispatch.ts';
import { FrameReader } from './frame-reader.ts';
import { DEFAULT_WINDOW_BYTES, ERROR, FRAME, Http2Error, MAX_STREAM_ID, MAX_WINDOW_BYTES } from './frames.ts';
import { MAX_HEADER_LIST_BYTES } from './hpack-decoder.ts';
import { Http2Output } from './http2-output.ts';
import { Http2Sender } from './http2-sender.ts';
import { clientPreface } from './peer-settings.ts';
import type { TlsConnection } from './tls-connect.ts';

/** Codes by which a server says that we broke the protocol; the others are its own affairs. */
const BLAMES: ReadonlySet<number> = new Set([
  ERROR.protocol,
  ERROR.flowControl,
  ERROR.streamClosed,
  ERROR.frameSize,
  ERROR.compression,
  ERROR.http11Required,
]);

/** How long a last GOAWAY may take to leave. */
const GOODBYE_MS = 1000;

/** What becomes of a connection, for whoever owns it. Called synchronously; none may throw. */
export interface ConnectionEvents {
  /** There is something to write, or room for more requests: call {@link Http2Connection.pump} soon. */
  onReady(): void;
  /** The server did not act on it: it may be sent again. */
  onReturned(exchange: Exchange, reason: string): void;
  /** The server broke the protocol, or says that we did. */
  onFault(error: Http2Error): void;
  /** Gone: every exchange was returned or is settled. */
  onClosed(connection: Http2Connection): void;
}

export interface ConnectionOptions {
  readonly authority: string;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Idle for this long: closed. */
  readonly idleTimeoutMs: number;
  /** Silent for this long: a PING, whose answer must come within the same time. */
  readonly pingEveryMs: number;
  /** Odd; 1 unless told. */
  readonly firstStreamId?: number;
}

/**
 * One HTTP/2 connection (RFC 9113) as a client of small POST requests with small answers. Nothing is asked before the
 * server's SETTINGS are here, so its limits are known from the first request on.
 */
export class Http2Connection implements ServerEvents {
  readonly #socket: TLSSocket;
  readonly #events: ConnectionEvents;
  readonly #options: ConnectionOptions;
  readonly #output: Http2Output;
  readonly #sender: Http2Sender;
  readonly #reader: FrameReader;
  readonly #guard: FloodGuard;
  readonly #heartbeat: NodeJS.Timeout;
  #greeted = false;
  #draining = false;
  #closed = false;
  /** The server's last GOAWAY: it may only go down. */
  #lastAcceptedId = MAX_STREAM_ID;
  /** Received on the connection and not yet given back to the server's window. */
  #unacknowledged = 0;
  #lastReceivedAt: number;
  #idleSince: number;
  #pinged = false;
  /** A request timed out in silence: nothing more is sent here until something comes. */
  #suspect = false;

  constructor(tls: TlsConnection, options: ConnectionOptions, events: ConnectionEvents) {
    const { socket } = tls;
    this.#socket = socket;
    this.#options = options;
    this.#events = events;
    this.#lastReceivedAt = options.now();
    this.#idleSince = this.#lastReceivedAt;
    this.#guard = new FloodGuard(options.now);
    this.#output = new Http2Output(socket);
    this.#sender = new Http2Sender(this.#output, this.#guard, options.authority, options.firstStreamId ?? 1);
    this.#reader = new FrameReader(new FrameDispatch(this, this.#guard).frame);
    socket.setNoDelay(true);
    socket.on('drain', () => events.onReady());
    socket.on('end', () => this.#end('the server closed the connection'));
    socket.on('error', () => this.#end('the connection broke'));
    socket.on('close', () => this.#end('the connection was closed'));
    socket.write(clientPreface(MAX_HEADER_LIST_BYTES));
    this.#heartbeat = setInterval(() => this.#beat(), options.pingEveryMs);
    this.#heartbeat.unref();
    tls.listen(this.#onBytes);
  }

  /** The server's SETTINGS are here. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** Takes no new requests, ever. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Takes no new request for now. */
  get full(): boolean {
    return !this.#greeted || this.#draining || this.#suspect || this.#sender.full;
  }

  get streams(): ReadonlyMap<number, Exchange> {
    return this.#sender.streams;
  }

  /** Writes control frames, bodies and requests from `queue`, as far as limits, windows and socket allow. */
  pump(queue: ExchangeQueue): void {
    if (this.#closed || !this.#output.writable) return;
    this.#guarded(() => {
      this.#output.begin();
      this.#sender.write(queue, !this.full, this.#options.now());
      this.#output.commit();
    });
    if (this.#sender.exhausted) this.#draining = true;
    this.#finishIfDrained();
  }

  /** Opens no more streams, and closes when the open ones are done. */
  drain(): void {
    this.#draining = true;
    this.#finishIfDrained();
  }

  /** Closes now; open requests are rejected. */
  destroy(reason: string): void {
    this.#end(reason);
  }

  /** Resets a request whose time is up. If the server has been silent since, nothing else is sent until it speaks. */
  expire(exchange: Exchange): void {
    exchange.reject(new TransportError('timeout', 'no answer in time', true));
    this.#guarded(() => {
      this.#reset(exchange, ERROR.cancel);
      const halfTime = (exchange.writtenAt + this.#options.now()) / 2;
      if (this.#lastReceivedAt > halfTime || this.#suspect) return;
      this.#suspect = true;
      this.#ping();
    });
  }

  onHeaders(streamId: number, fields: readonly string[], malformed: boolean, endStream: boolean): void {
    const exchange = this.#find(streamId);
    if (exchange === undefined) return this.#guard.count();
    if (malformed) return this.#malformed(exchange, 'a header field that is not allowed');
    if (exchange.status !== 0) {
      if (!endStream || !areTrailers(fields)) return this.#malformed(exchange, 'invalid trailers');
      return this.#complete(exchange);
    }
    const answer = readAnswerHeaders(fields);
    if (answer === undefined) return this.#malformed(exchange, 'an answer without a valid status');
    if (answer.status < 200) {
      if (endStream || answer.status === 101) this.#malformed(exchange, 'an interim answer that is final');
      return this.#guard.count();
    }
    exchange.status = answer.status;
    exchange.headers = answer.headers;
    if (endStream) this.#complete(exchange);
  }

  onData(
    id: number,
    buffer: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    endStream: boolean,
  ): void {
    this.#unacknowledged += flowBytes;
    if (this.#unacknowledged > DEFAULT_WINDOW_BYTES) {
      throw new Http2Error(ERROR.flowControl, 'more data than the window allows');
    }
    if (this.#unacknowledged > DEFAULT_WINDOW_BYTES / 2) {
      this.#output.control(FRAME.windowUpdate, 0, 0, this.#unacknowledged);
      this.#unacknowledged = 0;
    }
    const exchange = this.#find(id);
    if (exchange === undefined) return;
    if (exchange.status === 0) return this.#malformed(exchange, 'a body before its headers');
    exchange.keepBody(buffer, start, end);
    if (endStream) return this.#complete(exchange);
    exchange.unacknowledged += flowBytes;
    if (exchange.unacknowledged > DEFAULT_WINDOW_BYTES / 2) {
      this.#output.control(FRAME.windowUpdate, 0, id, exchange.unacknowledged);
      exchange.unacknowledged = 0;
    }
  }

  onReset(streamId: number, code: number): void {
    const exchange = this.#find(streamId);
    if (exchange === undefined) return;
    this.#release(exchange);
    if (code === ERROR.none && exchange.status !== 0) return exchange.complete();
    if (code === ERROR.refusedStream)
      return this.#events.onReturned(exchange, 'the server refused the stream');
    const message = `the server reset the stream with code ${code}`;
    if (!BLAMES.has(code)) return exchange.reject(new TransportError('refused', message, true));
    this.#events.onFault(new Http2Error(code, message));
    exchange.reject(new TransportError('protocol', message, true));
  }

  onSettings(buffer: Buffer, start: number, end: number): void {
    this.#sender.applySettings(buffer, start, end);
    this.#greeted = true;
  }

  onPing(payload: Buffer): void {
    this.#output.pingAck(payload);
  }

  onPong(): void {
    this.#pinged = false;
  }

  onGoaway(lastStreamId: number, code: number): void {
    if (lastStreamId > this.#lastAcceptedId)
      throw new Http2Error(ERROR.protocol, 'a GOAWAY that takes back another');
    this.#lastAcceptedId = lastStreamId;
    this.#draining = true;
    if (BLAMES.has(code))
      this.#events.onFault(new Http2Error(code, `the server went away with code ${code}`));
    for (const exchange of this.#sender.streams.values()) {
      if (exchange.streamId <= lastStreamId) continue;
      this.#release(exchange);
      this.#events.onReturned(exchange, 'the server went away');
    }
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) throw new Http2Error(ERROR.protocol, 'a WINDOW_UPDATE of nothing');
      return this.#sender.widenConnection(increment);
    }
    const exchange = this.#find(streamId);
    if (exchange === undefined) return;
    exchange.window += increment;
    if (increment === 0) this.#malformed(exchange, 'a WINDOW_UPDATE of nothing');
    else if (exchange.window > MAX_WINDOW_BYTES) {
      this.#malformed(exchange, 'a window that overflows', ERROR.flowControl);
    }
  }

  readonly #onBytes = (buffer: Buffer, length: number): void => {
    if (this.#closed) return;
    this.#lastReceivedAt = this.#options.now();
    this.#suspect = false;
    try {
      this.#reader.read(buffer, length);
    } catch (error) {
      this.#fail(error);
    }
    this.#events.onReady();
  };

  /** Whatever goes wrong in `action`, our own mistakes included, ends this connection and nothing else. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const fault = error instanceof Http2Error ? error : new Http2Error(ERROR.internal, String(error));
    this.#end(fault.message, fault.code);
    this.#events.onFault(fault);
  }

  /** The exchange on an open stream; none if the stream is closed, for frames may still be under way then. */
  #find(streamId: number): Exchange | undefined {
    if (this.#closed) return undefined;
    const exchange = this.#sender.streams.get(streamId);
    if (exchange === undefined && this.#sender.isIdle(streamId)) {
      throw new Http2Error(ERROR.protocol, `a frame on stream ${streamId}, which nobody opened`);
    }
    return exchange;
  }

  #complete(exchange: Exchange): void {
    // An early answer: the rest of the body is not wanted (section 8.1).
    if (exchange.bodySent < exchange.request.body.length) this.#reset(exchange, ERROR.none);
    else this.#release(exchange);
    exchange.complete();
  }

  /** One answer is broken, the connection is not (section 8.1.1). */
  #malformed(exchange: Exchange, message: string, code: number = ERROR.protocol): void {
    this.#reset(exchange, code);
    this.#events.onFault(new Http2Error(code, message));
    exchange.reject(new TransportError('protocol', message, true));
  }

  #reset(exchange: Exchange, code: number): void {
    this.#release(exchange);
    this.#output.control(FRAME.rstStream, 0, exchange.streamId, code);
    this.#events.onReady();
  }

  #release(exchange: Exchange): void {
    this.#sender.remove(exchange);
    this.#idleSince = this.#lastReceivedAt;
  }

  #beat(): void {
    const now = this.#options.now();
    const silentFor = now - this.#lastReceivedAt;
    if (this.#sender.streams.size === 0 && now - this.#idleSince >= this.#options.idleTimeoutMs) this.drain();
    else if (this.#pinged && silentFor >= this.#options.pingEveryMs) this.#end('the server answers no PING');
    else if (silentFor >= this.#options.pingEveryMs / 2) this.#guarded(() => this.#ping());
  }

  #ping(): void {
    if (this.#pinged || this.#closed) return;
    this.#pinged = true;
    this.#output.control(FRAME.ping, 0, 0, 0, 0);
    this.#events.onReady();
  }

  #finishIfDrained(): void {
    if (this.#draining && this.#sender.streams.size === 0) this.#end('drained', ERROR.none);
  }

  /** Ends the connection, with a GOAWAY if there is a code to tell, and settles what is open: it may have been acted on. */
  #end(reason: string, code?: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#draining = true;
    clearInterval(this.#heartbeat);
    if (code === undefined || !this.#socket.writable) {
      this.#socket.destroy();
    } else {
      this.#output.goaway(code);
      this.#socket.end();
      const timer = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
      this.#socket.once('close', () => clearTimeout(timer));
    }
    const kind = code === undefined || code === ERROR.none ? 'closed' : 'protocol';
    for (const exchange of this.#sender.streams.values()) {
      exchange.reject(new TransportError(kind, reason, true));
    }
    this.#sender.streams.clear();
    this.#events.onClosed(this);
  }
}
