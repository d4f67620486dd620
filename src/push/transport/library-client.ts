import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { TransportError } from '../types.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import { KEPT_BODY_BYTES, MAX_ANSWER_BYTES, MAX_INTERIM_ANSWERS, type Exchange } from './exchange.ts';
import type { ExchangeClient } from './http1-client.ts';
import { MAX_STREAMS } from './http2-sender.ts';
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

/** Most open sessions, including sessions that only finish their requests. */
const MAX_SESSIONS = 8;

interface Session {
  readonly http2: ClientHttp2Session;
  /** The server's SETTINGS have arrived. */
  greeted: boolean;
  streams: number;
  /** It has carried a stream. */
  used: boolean;
}

/**
 * HTTP/2 by `node:http2`: slower, and not ours. It takes over when our own client and a server do not understand each
 * other.
 */
export function createLibraryClient(deps: LibraryDeps): ExchangeClient {
  const { origin, tls, now, metrics } = deps;
  /** Requests wait here for a stream, because the library would send its waiting requests even after an abort. */
  const waiting = new ExchangeQueue();
  const active = new Map<Exchange, ClientHttp2Stream>();
  /** All open sessions. The newest takes new streams. */
  const sessions = new Set<Session>();
  let current: Session | undefined;
  const deadlines = new DeadlineTimer(now, (time) => {
    let next = waiting.expire(time);
    for (const [exchange, stream] of active) {
      if (exchange.deadline > time) {
        next = Math.min(next, exchange.deadline);
        continue;
      }
      exchange.reject(new TransportError('timeout', 'no answer in time', true));
      stream.close(constants.NGHTTP2_CANCEL);
    }
    return next;
  });

  function openSession(): Session {
    const http2 = connect(origin, {
      minVersion: MIN_TLS_VERSION,
      settings: { enablePush: false },
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.lookup === undefined ? {} : { lookup: tls.lookup }),
    });
    const session: Session = { http2, greeted: false, streams: 0, used: false };
    sessions.add(session);
    metrics.connections.inc({ protocol: 'library' });
    const leave = (): void => {
      if (current === session) current = undefined;
    };
    const timer = setTimeout(() => http2.destroy(new Error('no SETTINGS in time')), tls.connectTimeoutMs);
    http2.on('remoteSettings', () => {
      clearTimeout(timer);
      session.greeted = true;
      advance();
    });
    let failure = 'the server closed the connection';
    http2.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
      leave(); // its streams fail one by one
    });
    http2.on('goaway', () => {
      leave();
      if (session.used) advance();
    });
    http2.setTimeout(deps.idleTimeoutMs, () => http2.close());
    http2.once('close', () => {
      clearTimeout(timer);
      sessions.delete(session);
      metrics.connections.dec({ protocol: 'library' });
      leave();
      // A session that took nothing is a failed attempt, and the next would end in the same way.
      if (session.used) advance();
      else if (current === undefined) waiting.rejectAll(connectError(origin, failure));
    });
    return session;
  }

  function send(exchange: Exchange): void {
    if (waiting.length >= deps.maxWaiting) {
      exchange.reject(new TransportError('refused', 'too many requests wait for this push service', false));
      return;
    }
    waiting.push(exchange);
    deadlines.arm(exchange.deadline);
    advance();
  }

  function advance(): void {
    for (let next = waiting.peek(); next !== undefined; next = waiting.peek()) {
      if (current === undefined || current.http2.closed || current.http2.destroyed) {
        if (sessions.size >= MAX_SESSIONS) return;
        current = openSession();
      }
      const { maxConcurrentStreams = MAX_STREAMS } = current.http2.remoteSettings;
      if (!current.greeted || current.streams >= Math.min(maxConcurrentStreams, MAX_STREAMS)) return;
      waiting.shift();
      try {
        begin(next, current);
      } catch (error) {
        next.reject(new TransportError('closed', String(error), false));
      }
    }
  }

  function begin(exchange: Exchange, session: Session): void {
    const { path, headers, body } = exchange.request;
    const fields = { ...headers, ':method': 'POST', ':path': path, 'content-length': body.length };
    const stream = session.http2.request(fields);
    session.streams += 1;
    session.used = true;
    active.set(exchange, stream);
    let failure = 'the connection was closed';
    let answered = false;
    stream.on('error', (error) => {
      failure = error.message;
    });
    stream.on('headers', () => {
      exchange.interimAnswers += 1;
      if (exchange.interimAnswers > MAX_INTERIM_ANSWERS) stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('response', (answer) => {
      answered = true;
      readAnswer(exchange, stream, answer);
    });
    stream.once('close', () => {
      session.streams -= 1;
      active.delete(exchange);
      // A server that has answered has acted, even if it then says otherwise. A stream that never got an id was never
      // written.
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !answered;
      const processed = !refused && stream.id !== undefined;
      exchange.reject(new TransportError(refused ? 'refused' : 'closed', failure, processed));
      advance();
    });
    stream.end(body);
  }

  return {
    send,
    get idle() {
      return active.size === 0 && waiting.peek() === undefined;
    },
    destroy() {
      deadlines.clear();
      waiting.rejectAll(new TransportError('closed', 'the transport was closed', false));
      for (const { http2 } of sessions) http2.destroy();
    },
  };
}

function connectError(origin: URL, reason: string): TransportError {
  return new TransportError('connect', `cannot connect to ${origin.origin}: ${reason}`, false);
}

function readAnswer(exchange: Exchange, stream: ClientHttp2Stream, fields: IncomingHttpHeaders): void {
  const pieces: Buffer[] = [];
  let received = 0;
  stream.on('data', (piece: Buffer) => {
    if (received < KEPT_BODY_BYTES) pieces.push(piece.subarray(0, KEPT_BODY_BYTES - received));
    received += piece.length;
    if (received <= MAX_ANSWER_BYTES) return;
    resolve(); // the status is enough
    stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('end', resolve);
  function resolve(): void {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (!name.startsWith(':')) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
    }
    const body = Buffer.concat(pieces).toString('utf8');
    exchange.resolve({ status: Number(fields[':status']), headers, body });
  }
}
