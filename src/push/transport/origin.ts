import type { Logger } from '../../ops/logger.ts';
import { ERROR, type Http2Error } from './frames.ts';
import type { Exchange } from './exchange.ts';
import { createHttp1Client, type ExchangeClient } from './http1-client.ts';
import { Http2Pool } from './http2-pool.ts';
import { createLibraryClient } from './library-client.ts';
import { createTlsConnector, type TlsConnector, type TlsOptions } from './tls-connect.ts';
import type { TransportMetrics } from './transport-metrics.ts';

export interface OriginDeps {
  readonly origin: URL;
  readonly tls: TlsOptions;
  readonly logger: Logger;
  readonly metrics: TransportMetrics;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly idleTimeoutMs: number;
  readonly pingEveryMs: number;
  /** How long an origin stays with the library, or with HTTP/1.1, before our HTTP/2 is tried again. */
  readonly detourMs: number;
  readonly maxConnections: number;
  readonly maxHttp1Sockets: number;
  readonly maxWaiting: number;
}

/** One push service, and the client that serves it now. */
export class Origin {
  readonly #deps: OriginDeps;
  readonly #connect: TlsConnector;
  #pool: Http2Pool;
  /** Retired pools that still have requests on the wire. */
  readonly #retired = new Set<Http2Pool>();
  #http1: ExchangeClient | undefined;
  #library: ExchangeClient | undefined;
  #detour: { readonly client: ExchangeClient; readonly until: number } | undefined;

  constructor(deps: OriginDeps) {
    this.#deps = deps;
    this.#connect = createTlsConnector(deps.origin, deps.tls);
    this.#pool = this.#createPool();
  }

  /** No connection is open, no request waits, and no other client serves the origin. */
  get idle(): boolean {
    if (this.#detour !== undefined && this.#deps.now() < this.#detour.until) return false;
    const idle = (this.#http1?.idle ?? true) && (this.#library?.idle ?? true);
    return idle && this.#pool.empty && this.#retired.size === 0;
  }

  send(exchange: Exchange): void {
    if (this.#detour === undefined) {
      this.#pool.submit(exchange);
    } else if (this.#deps.now() < this.#detour.until) {
      this.#detour.client.send(exchange);
    } else {
      this.#detour = undefined;
      this.#pool.submit(exchange);
    }
  }

  preconnect(): void {
    if (this.#detour === undefined) this.#pool.preconnect();
  }

  destroy(): void {
    for (const pool of [this.#pool, ...this.#retired]) pool.destroy();
    this.#http1?.destroy();
    this.#library?.destroy();
  }

  #createPool(): Http2Pool {
    const { origin, now, idleTimeoutMs, pingEveryMs, tls, maxConnections, maxWaiting, metrics } = this.#deps;
    return new Http2Pool({
      connect: this.#connect,
      connection: { authority: origin.host, now, idleTimeoutMs, pingEveryMs },
      connectTimeoutMs: tls.connectTimeoutMs,
      maxConnections,
      maxWaiting,
      metrics,
      onFault: (error) => this.#onFault(error),
      onHttp1: () => this.#leave(this.#http1Client()),
      onLeft: (exchange) => this.send(exchange),
    });
  }

  #onFault(error: Http2Error): void {
    const { logger, metrics, origin, detourMs } = this.#deps;
    // A flood is no misunderstanding, and the library client has no guard against it. The connection has ended, and the
    // pool pauses.
    if (error.code === ERROR.enhanceYourCalm) {
      logger.warn(
        { origin: origin.origin, reason: error.message },
        'closed a connection because the push service flooded it',
      );
      return;
    }
    const http1 = error.code === ERROR.http11Required;
    if (!http1) metrics.refuges.inc();
    logger.warn(
      { origin: origin.origin, code: error.code, reason: error.message, minutes: detourMs / 60_000 },
      `our HTTP/2 client and this push service are incompatible: messages go through ${http1 ? 'HTTP/1.1' : 'the library client'} for a while`,
    );
    this.#leave(http1 ? this.#http1Client() : this.#libraryClient());
  }

  /** Moves all requests that are not on the wire, and all new ones, to another client for a while. */
  #leave(client: ExchangeClient): void {
    this.#detour = { client, until: this.#deps.now() + this.#deps.detourMs };
    const left = this.#pool;
    this.#pool = this.#createPool();
    left.retire();
    this.#retired.add(left);
    void left.drained().then(() => this.#retired.delete(left));
  }

  #http1Client(): ExchangeClient {
    const { origin, tls, now, idleTimeoutMs, maxHttp1Sockets, maxWaiting } = this.#deps;
    this.#http1 ??= createHttp1Client({
      origin,
      tls,
      now,
      idleTimeoutMs,
      maxSockets: maxHttp1Sockets,
      maxWaiting,
    });
    return this.#http1;
  }

  #libraryClient(): ExchangeClient {
    const { origin, tls, now, idleTimeoutMs, maxWaiting, metrics } = this.#deps;
    this.#library ??= createLibraryClient({ origin, tls, now, idleTimeoutMs, maxWaiting, metrics });
    return this.#library;
  }
}
