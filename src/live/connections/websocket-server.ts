import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Refusal } from '../door/refusal.ts';
import { ReaderWebSocket } from './websocket-connection.ts';

/** A message that announces more bytes than this is too big, not only unwanted. */
const MAX_MESSAGE_BYTES = 1024;
/** A control frame has 131 bytes at most. One that comes byte by byte is still read. */
const MAX_PIECES = 131;

/** The opening handshake of WebSockets (RFC 6455, section 4.2), by ws. */
export interface WebSocketHandshake {
  /** Judges what ws would let in, and we do not. */
  judge(request: IncomingMessage): Refusal | undefined;
  /**
   * Answers the handshake. `open` gets the WebSocket in the same turn, and uncorks the socket, which holds the answer. When ws
   * finds a fault, it is refused instead.
   * @param head what the client sent behind its request
   */
  accept(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    open: (webSocket: ReaderWebSocket) => void,
  ): void;
}

/**
 * Extensions and subprotocols are never agreed to: text of an alert's size gains nothing by compression, and its state costs
 * more memory than the whole connection. The protocol has no client messages, so ws needs to hold very little of one.
 */
export function createWebSocketHandshake(deps: {
  /** How long a client may take to close after our close frame, ms. */
  goodbyeMs: number;
  refuse: (socket: Socket, refusal: Refusal) => void;
}): WebSocketHandshake {
  const server = new WebSocketServer({
    noServer: true,
    WebSocket: ReaderWebSocket,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: () => false,
    autoPong: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: 1,
    maxBufferedChunks: MAX_PIECES,
    closeTimeout: deps.goodbyeMs,
  });
  server.on('wsClientError', (error, socket, { method }) => {
    if (!(socket instanceof Socket)) return;
    deps.refuse(socket, method === 'GET' ? malformed(error.message) : WRONG_METHOD);
  });

  return {
    judge: (request) => {
      if (request.httpVersion !== '1.1') return malformed('open a WebSocket with HTTP/1.1');
      const { upgrade, 'sec-websocket-version': version } = request.headers;
      // RFC 6455, section 4.4. ws also speaks version 8, a draft.
      return upgrade?.toLowerCase() === 'websocket' && version !== '13' ? WRONG_VERSION : undefined;
    },
    accept: (request, socket, head, open) => {
      forgetHttp(socket);
      socket.cork();
      server.handleUpgrade(request, socket, head, open);
    },
  };
}

const malformed = (detail: string): Refusal => ({ code: 'malformed-request', reason: 'handshake', detail });

const WRONG_METHOD: Refusal = {
  code: 'method-not-allowed',
  reason: 'method',
  detail: 'open a WebSocket with GET',
};

const WRONG_VERSION: Refusal = {
  code: 'upgrade-required',
  reason: 'handshake',
  detail: 'the WebSocket version must be 13',
};

/** node:http gives each socket three functions, 300 bytes in total, which an upgraded socket does not need. */
function forgetHttp(socket: Socket): void {
  for (const name of ['on', 'addListener', 'prependListener']) {
    if (Object.hasOwn(socket, name)) Reflect.set(socket, name, Reflect.get(Socket.prototype, name));
  }
}
