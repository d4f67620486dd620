import { createServer as createHttp1, type IncomingMessage } from 'node:http';
import { constants, createServer as createHttp2, type ServerHttp2Session } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import type { TestCertificate } from '../tls.ts';
import { MAX_BODY_BYTES, type PushRequest } from './checks.ts';

/** One request that waits for its answer. Exactly one of the methods is called, or none: then the sender waits. */
export interface Exchange extends PushRequest {
  readonly method: string;
  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void;
  /** Cuts the connection without an answer. */
  cut(): void;
}

export interface PushHttp {
  readonly port: number;
  /** How many connections were opened, by protocol. */
  readonly connections: { h1: number; h2: number };
  /** What new connections may speak. */
  setProtocols(protocols: 'h2-and-h1' | 'h1'): void;
  /** From each HTTP/2 connection GOAWAY after so many requests: later ones are not processed. Undefined: never. */
  setGoAwayAfter(requests: number | undefined): void;
  /** Cuts every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

/**
 * HTTP/2 and HTTP/1.1 over TLS on 127.0.0.1, as ALPN decides. A body of more than 4,096 bytes is handed on as 4,097
 * at once, so that the answer is early.
 */
export async function listenForPush(options: {
  certificate: TestCertificate;
  maxConcurrentStreams: number;
  onExchange: (exchange: Exchange) => void;
}): Promise<PushHttp> {
  const { onExchange } = options;
  const connections = { h1: 0, h2: 0 };
  const sockets = new Set<TLSSocket>();
  const socketOf = new WeakMap<ServerHttp2Session, TLSSocket>();
  const requestsOf = new WeakMap<ServerHttp2Session, number>();
  let offerHttp2 = true;
  let goAwayAfter: number | undefined;
  // Sessions are made at once when a socket is handed over, so the last one handed over is theirs.
  let handedOver: TLSSocket | undefined;

  /** Counts a request; true when its connection has said GOAWAY for it. */
  function isAfterGoAway(session: ServerHttp2Session, streamId: number): boolean {
    const count = (requestsOf.get(session) ?? 0) + 1;
    requestsOf.set(session, count);
    if (goAwayAfter === undefined || count <= goAwayAfter) return false;
    if (count === goAwayAfter + 1) {
      session.goaway(constants.NGHTTP2_NO_ERROR, Math.max(streamId - 2, 0));
      // Like a deploy: what was taken on is answered, then the connection ends.
      setTimeout(() => session.destroy(), 500).unref();
    }
    return true;
  }

  const http2 = createHttp2({ settings: { maxConcurrentStreams: options.maxConcurrentStreams } });
  http2.on('session', (session) => {
    if (handedOver !== undefined) socketOf.set(session, handedOver);
    session.on('error', ignore);
  });
  http2.on('sessionError', ignore);
  http2.on('stream', (stream, headers) => {
    stream.on('error', ignore);
    const { session } = stream;
    if (session === undefined || isAfterGoAway(session as ServerHttp2Session, stream.id ?? 0)) return;
    const socket = socketOf.get(session as ServerHttp2Session);
    collect(stream, (body, complete) =>
      onExchange({
        method: headers[':method'] ?? '',
        path: headers[':path'] ?? '',
        headers,
        body,
        answer: (status, extra, text) => {
          if (stream.destroyed || stream.headersSent) return;
          stream.respond({ ':status': status, ...extra }, { endStream: text === '' });
          if (text !== '') stream.end(text);
          // An early answer: the rest of the body is not wanted (RFC 9113, section 8.1).
          if (!complete) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
        },
        cut: () => socket?.destroy(),
      }),
    );
  });

  const http1 = createHttp1((request: IncomingMessage, response) => {
    response.on('error', ignore);
    collect(request, (body, complete) =>
      onExchange({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        answer: (status, extra, text) => {
          if (response.destroyed || response.headersSent) return;
          response.writeHead(status, complete ? extra : { ...extra, connection: 'close' });
          response.end(text);
        },
        cut: () => request.socket.destroy(),
      }),
    );
  });

  const tls = createTls(
    {
      key: options.certificate.key,
      cert: options.certificate.cert,
      ALPNCallback: ({ protocols }) =>
        offerHttp2 && protocols.includes('h2')
          ? 'h2'
          : protocols.includes('http/1.1')
            ? 'http/1.1'
            : undefined,
    },
    (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', ignore);
      socket.setNoDelay(true);
      if (socket.alpnProtocol === 'h2') {
        connections.h2 += 1;
        handedOver = socket;
        http2.emit('connection', socket);
        handedOver = undefined;
      } else {
        connections.h1 += 1;
        http1.emit('connection', socket);
      }
    },
  );
  tls.on('tlsClientError', ignore);
  const raw = new Set<Socket>();
  tls.on('connection', (socket: Socket) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
  });
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  const cutAll = (): void => {
    for (const socket of [...sockets, ...raw]) socket.destroy();
  };
  return {
    port: (tls.address() as AddressInfo).port,
    connections,
    setProtocols: (protocols) => {
      offerHttp2 = protocols === 'h2-and-h1';
    },
    setGoAwayAfter: (requests) => {
      goAwayAfter = requests;
    },
    cutAll,
    close: async () => {
      const closed = new Promise<void>((done) => {
        tls.close(() => done());
      });
      cutAll();
      http1.close();
      await closed;
    },
  };
}

function ignore(): void {
  // The other side went away: what it does about that is its test's business.
}

/** Hands on a whole body, or the first 4,097 bytes of one that is too long. */
function collect(stream: Readable, done: (body: Buffer, complete: boolean) => void): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (part: Buffer) => {
    if (bytes > MAX_BODY_BYTES) return;
    parts.push(part);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) done(Buffer.concat(parts).subarray(0, MAX_BODY_BYTES + 1), false);
  });
  stream.on('end', () => {
    if (bytes <= MAX_BODY_BYTES) done(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), true);
  });
}
