import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { collectBody, ignore, type Exchange } from './exchange.ts';

export interface Http2Side {
  /** Speaks HTTP/2 on a connection from now on. */
  takeOver(socket: TLSSocket): void;
  /** GOAWAY from each connection after so many requests: later ones are not processed. Undefined: never. */
  setGoAwayAfter(requests: number | undefined): void;
}

// Like a deploy: what was taken on is answered, then the connection ends.
const LEAVE_AFTER_MS = 500;
/** An answer is on its way for so long at most, ms: until then a cut may take it along. */
const ON_ITS_WAY_MS = 100;

export function createHttp2Side(options: {
  maxConcurrentStreams: number;
  onExchange: (exchange: Exchange) => void;
}): Http2Side {
  const requestsOf = new WeakMap<ServerHttp2Session, number>();
  const socketOf = new WeakMap<ServerHttp2Session, TLSSocket>();
  /** When each connection was answered last, times. */
  const answeredAt = new WeakMap<ServerHttp2Session, number[]>();
  let goAwayAfter: number | undefined;
  // A session is made at once when a socket is handed over, so the one in hand is its own.
  let inHand: TLSSocket | undefined;

  /** Counts a request; true when its connection has said GOAWAY for it. */
  function isAfterGoAway(session: ServerHttp2Session, streamId: number): boolean {
    const count = (requestsOf.get(session) ?? 0) + 1;
    requestsOf.set(session, count);
    if (goAwayAfter === undefined || count <= goAwayAfter) return false;
    if (count === goAwayAfter + 1) {
      session.goaway(constants.NGHTTP2_NO_ERROR, Math.max(streamId - 2, 0));
      setTimeout(() => session.destroy(), LEAVE_AFTER_MS).unref();
    }
    return true;
  }

  function recentAnswers(session: ServerHttp2Session): number[] {
    const times = answeredAt.get(session) ?? [];
    const since = performance.now() - ON_ITS_WAY_MS;
    while ((times[0] ?? since) < since) times.shift();
    answeredAt.set(session, times);
    return times;
  }

  const server = createServer({ settings: { maxConcurrentStreams: options.maxConcurrentStreams } });
  server.on('sessionError', ignore);
  server.on('session', (session) => {
    session.on('error', ignore);
    if (inHand !== undefined) socketOf.set(session, inHand);
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore);
    const session = stream.session as ServerHttp2Session | undefined;
    if (session === undefined || isAfterGoAway(session, stream.id ?? 0)) return;
    const socket = socketOf.get(session);
    const times = recentAnswers(session);
    collectBody(stream, (body, complete) => {
      // Half a request, whose sender was killed: no server would see it.
      if (stream.aborted) return;
      options.onExchange({
        method: headers[':method'] ?? '',
        path: headers[':path'] ?? '',
        headers,
        body,
        answer: (status, extra, text) => {
          times.push(performance.now());
          answer(stream, { ':status': status, ...extra }, text, complete);
        },
        cut: () => {
          socket?.destroy();
          const since = performance.now() - ON_ITS_WAY_MS;
          return times.filter((at) => at >= since).length;
        },
      });
    });
  });
  return {
    takeOver: (socket) => {
      inHand = socket;
      server.emit('connection', socket);
      inHand = undefined;
    },
    setGoAwayAfter: (requests) => {
      goAwayAfter = requests;
    },
  };
}

function answer(
  stream: ServerHttp2Stream,
  headers: Readonly<Record<string, string | number>>,
  text: string,
  complete: boolean,
): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(headers, { endStream: text === '' });
  if (text !== '') stream.end(text);
  // An early answer: the rest of the body is not wanted (RFC 9113, section 8.1).
  if (!complete) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
}
