import type { TLSSocket } from 'node:tls';
import { TransportError } from '../types.ts';
import type { ExchangeQueue } from './exchange-queue.ts';
import type { Exchange } from './exchange.ts';
import { FloodGuard } from './flood-guard.ts';
import { FrameDispatch } from './frame-dispatch.ts';
import { FrameReader } from './frame-reader.ts';
import { ERROR, FRAME, Http2Error } from './frames.ts';
import { MAX_HEADER_LIST_BYTES } from './hpack-decoder.ts';
import { Http2Output } from './http2-output.ts';
import { Http2Receiver, type ReceiverEvents } from './http2-receiver.ts';
import { Http2Sender } from './http2-sender.ts';
import { Liveness, type LivenessOptions } from './liveness.ts';
import { clientPreface } from './peer-settings.ts';
import type { TlsConnection } from './tls-connect.ts';

/** How long a last GOAWAY may take to leave. */
const GOODBYE_MS = 1000;

/** Events of a connection, for its owner. They are called synchronously and must not throw. */
export interface ConnectionEvents {
  /** Frames wait to be written, or there is room for more requests: call {@link Http2Connection.pump} soon. */
  onReady(): void;
  /** The server did not act on the exchange, which may be sent again. */
  onReturned(exchange: Exchange, reason: string): void;
  /** The server broke the protocol, or says that we did. */
  onFault(error: Http2Error): void;
  /** The connection has ended for this reason. Every exchange was returned or is settled. */
  onClosed(connection: Http2Connection, error: TransportError): void;
}

export interface ConnectionOptions extends LivenessOptions {
  readonly authority: string;
  /** Odd; 1 unless told. */
  readonly firstStreamId?: number;
}

/**
 * One HTTP/2 connection (RFC 9113) of a client that sends small POST requests and gets small answers. It sends no request
 * before the server's SETTINGS have arrived, so it knows the limits from the first request on.
 */
export class Http2Connection implements ReceiverEvents {
  readonly #socket: TLSSocket;
  readonly #events: ConnectionEvents;
  readonly #now: () => number;
  readonly #output: Http2Output;
  readonly #sender: Http2Sender;
  readonly #receiver: Http2Receiver;
  readonly #reader: FrameReader;
  readonly #liveness: Liveness;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #listen: () => void;
  #greeted = false;
  #draining = false;
  #closed = false;

  constructor(tls: TlsConnection, options: ConnectionOptions, events: ConnectionEvents) {
    const { socket } = tls;
    const guard = new FloodGuard(options.now);
    this.#socket = socket;
    this.#events = events;
    this.#now = options.now;
    this.#output = new Http2Output(socket);
    this.#sender = new Http2Sender(this.#output, guard, options.authority, options.firstStreamId ?? 1);
    this.#receiver = new Http2Receiver({ sender: this.#sender, output: this.#output, guard, events: this });
    this.#reader = new FrameReader(new FrameDispatch(this.#receiver, guard).frame);
    this.#liveness = new Liveness(options);
    socket.setNoDelay(true);
    socket.on('drain', () => events.onReady());
    socket.on('end', () => this.#end('the server closed the connection'));
    socket.on('error', () => this.#end('the connection broke'));
    socket.on('close', () => this.#end('the connection was closed'));
    socket.write(clientPreface(MAX_HEADER_LIST_BYTES));
    this.#heartbeat = setInterval(() => this.#beat(), options.pingEveryMs);
    this.#heartbeat.unref();
    this.#listen = () => tls.listen(this.#onBytes);
  }

  /** Starts reading from the server. Data that has already arrived reaches the events immediately. */
  start(): void {
    this.#listen();
  }

  /** The server's SETTINGS have arrived. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** It has carried a request. */
  get used(): boolean {
    return this.#sender.used;
  }

  /** Takes no new requests any more. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Takes no new request for now. */
  get full(): boolean {
    return !this.#greeted || this.#draining || this.#liveness.suspect || this.#sender.full;
  }

  get streams(): ReadonlyMap<number, Exchange> {
    return this.#sender.streams;
  }

  /** Writes control frames, bodies and requests from `queue`, as far as limits, windows and socket allow. */
  pump(queue: ExchangeQueue): void {
    if (this.#closed || !this.#output.writable) return;
    this.#guarded(() => {
      this.#output.begin();
      this.#sender.write(queue, !this.full, this.#now());
      this.#output.commit();
    });
    if (this.#sender.exhausted) this.#draining = true;
    this.#endIfDrained();
  }

  /** Opens no more streams, and closes when the open ones have ended. */
  drain(): void {
    this.#draining = true;
    this.#endIfDrained();
  }

  /** Closes immediately and rejects open requests. */
  destroy(reason: string): void {
    this.#end(reason);
  }

  /** Resets a request whose time is up. If the server has been silent, nothing more is sent until it speaks. */
  expire(exchange: Exchange): void {
    exchange.reject(new TransportError('timeout', 'no answer in time', true));
    this.#guarded(() => {
      this.#receiver.reset(exchange, ERROR.cancel);
      if (this.#liveness.doubt(exchange.writtenAt)) this.#ping();
    });
    this.#events.onReady();
  }

  onGreeted(): void {
    this.#greeted = true;
  }

  onPong(): void {
    this.#liveness.answered();
  }

  onGoingAway(): void {
    this.#draining = true;
  }

  onReleased(): void {
    this.#liveness.used();
  }

  onReturned(exchange: Exchange, reason: string): void {
    this.#events.onReturned(exchange, reason);
  }

  onFault(error: Http2Error): void {
    this.#events.onFault(error);
  }

  readonly #onBytes = (buffer: Buffer, length: number): void => {
    if (this.#closed) return;
    this.#liveness.heard();
    try {
      this.#reader.read(buffer, length);
    } catch (error) {
      this.#fail(error);
    }
    this.#events.onReady();
  };

  /** An error in `action`, including a mistake of ours, ends this connection and nothing else. */
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

  #beat(): void {
    const pulse = this.#liveness.check(this.#sender.streams.size);
    if (pulse === 'idle') this.drain();
    else if (pulse === 'dead') this.#end('the server answers no PING');
    else if (pulse === 'silent') this.#guarded(() => this.#ping());
  }

  #ping(): void {
    if (this.#closed || !this.#liveness.ask()) return;
    this.#output.control(FRAME.ping, 0, 0, 0, 0);
    this.#events.onReady();
  }

  #endIfDrained(): void {
    if (this.#draining && this.#sender.streams.size === 0) this.#end('drained', ERROR.none);
  }

  /**
   * Ends the connection, with a GOAWAY if there is a code, and settles open exchanges: the server may have acted on
   * them.
   */
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
    const error = new TransportError(kind, reason, true);
    for (const exchange of this.#sender.streams.values()) exchange.reject(error);
    this.#sender.streams.clear();
    this.#events.onClosed(this, error);
  }
}
