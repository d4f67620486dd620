import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { TransportError } from '../types.ts';
import { KEPT_BODY_BYTES, type Exchange } from './exchange.ts';
import type { ExchangeClient } from './http1-client.ts';
import { MIN_TLS_VERSION, type TlsOptions } from './tls-connect.ts';
import type { TransportMetrics } from './transport-metrics.ts';

export interface LibraryDeps {
  readonly origin: URL;
  readonly tls: TlsOptions;
  readonly now: () => number;
  readonly idleTimeoutMs: number;
  readonly maxWaiting: number;
  readonly metrics: TransportMetrics;
}

/** HTTP/2 by `node:http2`: slower, and not ours. The refuge when our own client and a server do not understand each other. */
export function createLibraryClient(deps: LibraryDeps): ExchangeClient {
  const { origin, tls, now, metrics } = deps;
  let session: ClientHttp2Session | undefined;
  let pending = 0;

  function openSession(): ClientHttp2Session {
    const opened = connect(origin, {
      minVersion: MIN_TLS_VERSION,
      settings: { enablePush: false },
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.lookup === undefined ? {} : { lookup: tls.lookup }),
    });
    metrics.connections.inc({ protocol: 'library' });
    const leave = (): void => {
      if (session === opened) session = undefined;
    };
    const timer = setTimeout(() => opened.destroy(new Error('no TLS in time')), tls.connectTimeoutMs);
    opened.once('connect', () => clearTimeout(timer));
    opened.on('error', leave); // its streams fail one by one
    opened.on('goaway', leave);
    opened.setTimeout(deps.idleTimeoutMs, () => opened.close());
    opened.once('close', () => {
      clearTimeout(timer);
      metrics.connections.dec({ protocol: 'library' });
      leave();
    });
    return opened;
  }

  function openStream(exchange: Exchange): ClientHttp2Stream {
    const { path, headers, body } = exchange.request;
    if (session === undefined || session.closed || session.destroyed) session = openSession();
    const stream = session.request({
      ...headers,
      ':method': 'POST',
      ':path': path,
      'content-length': body.length,
    });
    stream.end(body);
    return stream;
  }

  function send(exchange: Exchange): void {
    if (pending >= deps.maxWaiting) {
      exchange.reject(new TransportError('refused', 'too many requests wait for this push service', false));
      return;
    }
    let stream: ClientHttp2Stream;
    try {
      stream = openStream(exchange);
    } catch (error) {
      exchange.reject(new TransportError('closed', String(error), false));
      return;
    }
    pending += 1;
    const total = setTimeout(() => {
      exchange.reject(new TransportError('timeout', 'no answer in time', !stream.pending));
      stream.close(constants.NGHTTP2_CANCEL);
    }, exchange.deadline - now());
    let failure = 'the connection was closed';
    stream.on('error', (error) => {
      failure = error.message;
    });
    stream.on('response', (headers) => readAnswer(exchange, stream, headers));
    stream.once('close', () => {
      clearTimeout(total);
      pending -= 1;
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      // A stream that never got an id was never written.
      const processed = !refused && stream.id !== undefined;
      const code = processed ? 'closed' : refused ? 'refused' : 'connect';
      exchange.reject(new TransportError(code, failure, processed));
    });
  }

  return {
    send,
    get pending() {
      return pending;
    },
    destroy: () => session?.destroy(),
  };
}

function readAnswer(exchange: Exchange, stream: ClientHttp2Stream, fields: IncomingHttpHeaders): void {
  const pieces: Buffer[] = [];
  let kept = 0;
  stream.on('data', (piece: Buffer) => {
    if (kept >= KEPT_BODY_BYTES) return;
    pieces.push(piece.subarray(0, KEPT_BODY_BYTES - kept));
    kept += piece.length;
  });
  stream.on('end', () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (!name.startsWith(':')) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
    }
    const body = Buffer.concat(pieces).toString('utf8');
    exchange.resolve({ status: Number(fields[':status']), headers, body });
  });
}
