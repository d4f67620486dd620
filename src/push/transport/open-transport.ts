import { performance } from 'node:perf_hooks';
import type { LookupFunction } from 'node:net';
import type { Logger } from '../../ops/logger.ts';
import type { Metrics } from '../../ops/metrics.ts';
import { TransportError, type Transport, type TransportRequest } from '../types.ts';
import { Exchange } from './exchange.ts';
import { Origin } from './origin.ts';
import { soundHeaderBytes } from './request-check.ts';
import { createTransportMetrics } from './transport-metrics.ts';

/** Most origins that are remembered. A newsroom's readers use a handful of push services and their regional hosts. */
const MAX_ORIGINS = 256;

export interface TransportOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Resolves host names, and should refuse private addresses. Hosts that are IP addresses are not resolved. */
  readonly lookup?: LookupFunction;
  /** Trusted authorities (PEM) in place of the well-known ones. */
  readonly ca?: string;
  /** The same for some origins alone. */
  readonly caOf?: (origin: string) => string | undefined;
  /** Longest time for TCP, TLS and HTTP/2 SETTINGS. 10 s. */
  readonly connectTimeoutMs?: number;
  /** Longest time from the call to the whole answer, including waiting and connecting. 30 s. */
  readonly requestTimeoutMs?: number;
  /** A connection without requests is closed after this time. 2 minutes. */
  readonly idleTimeoutMs?: number;
  /**
   * Time between two checks of a connection. After a silence of half of it a PING is sent; without an answer the
   * connection is given up two checks later. 30 s.
   */
  readonly pingEveryMs?: number;
  /** How long an origin stays with the library client after a protocol error, or with HTTP/1.1. 10 minutes. */
  readonly detourMs?: number;
  /** HTTP/2 connections per origin, opened when streams run out. 4. */
  readonly maxConnections?: number;
  /** HTTP/1.1 connections per origin. 64. */
  readonly maxHttp1Sockets?: number;
  /** Most requests per origin without a stream; the transport refuses more immediately. 10,000. */
  readonly maxWaiting?: number;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

/**
 * Opens the transport to the push services: HTTP/2 by our own client, `node:http2` when that client and a server do not
 * understand each other, and HTTP/1.1 with servers that offer nothing else (docs/decisions/0003-http2-client.md).
 * It never follows redirects.
 * Every rejection is a {@link TransportError}. Its message may name an origin, but never a path, which is a reader's secret.
 */
export function openTransport(options: TransportOptions): Transport {
  const now = options.now ?? (() => performance.now());
  const requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
  const metrics = createTransportMetrics(options.metrics);
  const origins = new Map<string, Origin>();
  let closing: Promise<void> | undefined;
  let pending = 0;
  let onQuiet: (() => void) | undefined;

  function openOrigin(name: string): Origin | TransportError {
    const url = URL.canParse(name) ? new URL(name) : undefined;
    if (url?.protocol !== 'https:' || url.origin !== name) {
      return new TransportError('refused', 'not an https origin', false);
    }
    if (origins.size >= MAX_ORIGINS) {
      for (const [known, origin] of origins) {
        if (!origin.idle) continue;
        origin.destroy();
        origins.delete(known);
      }
      if (origins.size >= MAX_ORIGINS) return new TransportError('refused', 'too many push services', false);
    }
    const ca = options.caOf?.(name) ?? options.ca;
    const origin = new Origin({
      origin: url,
      tls: {
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
        ...(ca === undefined ? {} : { ca }),
      },
      logger: options.logger,
      metrics,
      now,
      idleTimeoutMs: options.idleTimeoutMs ?? 120_000,
      pingEveryMs: options.pingEveryMs ?? 30_000,
      detourMs: options.detourMs ?? 600_000,
      maxConnections: options.maxConnections ?? 4,
      maxHttp1Sockets: options.maxHttp1Sockets ?? 64,
      maxWaiting: options.maxWaiting ?? 10_000,
    });
    origins.set(name, origin);
    return origin;
  }

  const onSettled = (): void => {
    pending -= 1;
    if (pending === 0) onQuiet?.();
  };

  function request(wanted: TransportRequest): ReturnType<Transport['request']> {
    if (closing !== undefined) {
      return Promise.reject(new TransportError('closed', 'the transport is closed', false));
    }
    const headerBytes = soundHeaderBytes(wanted);
    if (headerBytes === undefined) {
      return Promise.reject(new TransportError('refused', 'a path or header that HTTP forbids', false));
    }
    const origin = origins.get(wanted.origin) ?? openOrigin(wanted.origin);
    if (origin instanceof TransportError) return Promise.reject(origin);
    const exchange = new Exchange(wanted, headerBytes, now() + requestTimeoutMs, onSettled);
    pending += 1;
    origin.send(exchange);
    return exchange.answer;
  }

  function preconnect(name: string): void {
    if (closing !== undefined) return;
    const origin = origins.get(name) ?? openOrigin(name);
    if (origin instanceof Origin) origin.preconnect();
  }

  async function quiet(deadlineMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs);
    });
    const settled = new Promise<void>((resolve) => {
      if (pending === 0) resolve();
      else onQuiet = resolve;
    });
    await Promise.race([patience, settled]);
    clearTimeout(timer);
    for (const origin of origins.values()) origin.destroy();
    origins.clear();
  }

  return { request, preconnect, close: (deadlineMs = 10_000) => (closing ??= quiet(deadlineMs)) };
}
