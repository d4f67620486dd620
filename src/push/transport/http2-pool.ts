import { TransportError } from '../types.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import type { Exchange } from './exchange.ts';
import { Http2Connection, type ConnectionEvents, type ConnectionOptions } from './http2-connection.ts';
import type { Http2Error } from './frames.ts';
import type { TlsConnection, TlsConnector } from './tls-connect.ts';
import type { TransportMetrics } from './transport-metrics.ts';

/** A request that servers returned so often goes back to the caller, which knows how long to wait. */
const MAX_RETURNS = 3;
/** Pause after a failed attempt at a further connection, while others work. */
const CONNECT_PAUSE_MS = 1000;
/** Pauses while no connection works: the first is short, and each further one twice as long. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

export interface PoolDeps {
  readonly connect: TlsConnector;
  readonly connection: ConnectionOptions;
  readonly connectTimeoutMs: number;
  /** Most open connections. */
  readonly maxConnections: number;
  /** Most requests without a stream. */
  readonly maxWaiting: number;
  readonly metrics: TransportMetrics;
  /** Another protocol must be used from now on: call {@link Http2Pool.retire}. */
  readonly onFault: (error: Http2Error) => void;
  readonly onHttp1: () => void;
  /** Takes the requests that a retired pool cannot send. */
  readonly onLeft: (exchange: Exchange) => void;
}

/**
 * The HTTP/2 connections to one origin. A request goes to the first with a free stream. When no stream is free, the
 * pool opens one more connection.
 */
export class Http2Pool implements ConnectionEvents {
  readonly #deps: PoolDeps;
  readonly #queue = new ExchangeQueue();
  readonly #connections = new Set<Http2Connection>();
  readonly #deadlines: DeadlineTimer;
  readonly #closing = new AbortController();
  #connecting = false;
  #connectAfter = 0;
  /** Failed attempts in a row. */
  #failures = 0;
  #pause: NodeJS.Timeout | undefined;
  #scheduled = false;
  #retired = false;
  #onEmpty: (() => void) | undefined;

  constructor(deps: PoolDeps) {
    this.#deps = deps;
    this.#deadlines = new DeadlineTimer(deps.connection.now, (now) => this.#expire(now));
  }

  /** No connection is open and no request waits. */
  get empty(): boolean {
    return this.#connections.size === 0 && !this.#connecting && this.#queue.peek() === undefined;
  }

  submit(exchange: Exchange): void {
    if (this.#queue.length >= this.#deps.maxWaiting) {
      exchange.reject(new TransportError('refused', 'too many requests wait for this push service', false));
      return;
    }
    this.#queue.push(exchange);
    this.#deadlines.arm(exchange.deadline);
    this.onReady();
  }

  /** Opens a connection if there is none. */
  preconnect(): void {
    if (this.empty && !this.#retired && this.#deps.connection.now() >= this.#connectAfter) this.#connect();
  }

  /** Sends no more. Waiting requests go to `onLeft`; requests on the wire may finish. */
  retire(): void {
    this.#retired = true;
    for (const exchange of this.#queue.takeAll()) this.#deps.onLeft(exchange);
    for (const connection of this.#connections) connection.drain();
  }

  /** Resolves when a retired pool's last request is settled and its last connection closed. */
  async drained(): Promise<void> {
    if (this.empty) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** Closes all connections immediately, and rejects open and waiting requests. */
  destroy(): void {
    this.#retired = true;
    clearTimeout(this.#pause);
    this.#deadlines.clear();
    this.#closing.abort();
    this.#queue.rejectAll(new TransportError('closed', 'the transport was closed', false));
    for (const connection of this.#connections) connection.destroy('the transport was closed');
    this.#onEmpty?.();
  }

  onReady(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  onReturned(exchange: Exchange, reason: string): void {
    exchange.returns += 1;
    this.#deps.metrics.returned.inc();
    if (exchange.returns > MAX_RETURNS) {
      exchange.reject(new TransportError('refused', reason, false));
    } else if (this.#retired) {
      this.#deps.onLeft(exchange);
    } else {
      this.#queue.unshift(exchange);
      this.onReady();
    }
  }

  onFault(error: Http2Error): void {
    if (!this.#retired) this.#deps.onFault(error);
  }

  onClosed(connection: Http2Connection, { code, message }: TransportError): void {
    this.#connections.delete(connection);
    this.#deps.metrics.connections.dec({ protocol: 'own' });
    // Without a pause, a server that refuses all connections would be asked again and again. After a protocol error the
    // library client takes over.
    const futile = code === 'closed' && !connection.used && !this.#retired;
    if (futile && this.#queue.peek() !== undefined) {
      this.#attemptFailed(new TransportError('connect', message, false));
    } else if (code === 'protocol') {
      this.#putOff();
    }
    this.onReady();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    for (const connection of this.#connections) {
      if (connection.greeted) this.#failures = 0;
      connection.pump(this.#queue);
    }
    if (this.#queue.peek() !== undefined) this.#connectIfFull();
    if (this.empty) this.#onEmpty?.();
  };

  #connectIfFull(): void {
    if (this.#connecting || this.#retired) return;
    let usable = 0;
    for (const connection of this.#connections) {
      if (!connection.full || !connection.greeted) return;
      if (!connection.draining) usable += 1;
    }
    if (usable >= this.#deps.maxConnections || this.#connections.size >= 2 * this.#deps.maxConnections)
      return;
    const waitMs = this.#connectAfter - this.#deps.connection.now();
    if (waitMs <= 0) return this.#connect();
    if (usable > 0) return;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.onReady();
    }, waitMs);
  }

  #connect(): void {
    this.#connecting = true;
    this.#deps.connect(this.#closing.signal).then(this.#onConnected, this.#onConnectFailed);
  }

  readonly #onConnected = (tls: TlsConnection): void => {
    this.#connecting = false;
    if (tls.socket.alpnProtocol !== 'h2') {
      tls.socket.destroy();
      this.#deps.metrics.connects.inc({ result: 'http/1.1' });
      if (!this.#retired) this.#deps.onHttp1();
      this.onReady();
      return;
    }
    this.#deps.metrics.connects.inc({ result: 'h2' });
    this.#deps.metrics.connections.inc({ protocol: 'own' });
    const connection = new Http2Connection(tls, this.#deps.connection, this);
    this.#connections.add(connection);
    connection.start();
    if (this.#retired) {
      connection.drain();
      return;
    }
    setTimeout(() => {
      if (!connection.greeted) connection.destroy('the server sent no SETTINGS in time');
    }, this.#deps.connectTimeoutMs).unref();
  };

  readonly #onConnectFailed = (error: TransportError): void => {
    this.#connecting = false;
    this.#attemptFailed(error);
    this.onReady();
  };

  #attemptFailed(error: TransportError): void {
    this.#deps.metrics.connects.inc({ result: 'failed' });
    this.#putOff();
    if (!this.#hasHope()) this.#queue.rejectAll(error);
  }

  #hasHope(): boolean {
    return this.#connecting || [...this.#connections].some((connection) => !connection.draining);
  }

  /** A service that is down must not be asked dozens of times a second. */
  #putOff(): void {
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    const now = this.#deps.connection.now();
    this.#connectAfter = now + (this.#hasHope() ? Math.max(pause, CONNECT_PAUSE_MS) : pause);
  }

  #expire(now: number): number {
    let next = this.#queue.expire(now);
    for (const connection of this.#connections) {
      for (const exchange of connection.streams.values()) {
        if (exchange.deadline <= now) connection.expire(exchange);
        else next = Math.min(next, exchange.deadline);
      }
    }
    this.onReady();
    return next;
  }
}
