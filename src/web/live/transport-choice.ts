/**
 * How many WebSockets in a row fail before hello until an event stream is tried. If a socket has worked before, an outage is
 * more likely: an event stream would not help, and the return to a socket would cost the gateway a second handshake.
 */
const SOCKETS_BEFORE_STREAM = { atFirst: 1, afterOneWorked: 8 };
/** Time until a WebSocket is tried again: soon at first, because it may have been an outage, then less and less often. */
const SOCKET_AGAIN_MS = { first: 60_000, most: 30 * 60_000 };

export type Transport = 'socket' | 'stream';

/** Chooses between a WebSocket and an event stream. */
export interface TransportChoice {
  /** Whether a WebSocket is worth a try now. */
  socketIsDue(): boolean;
  /** What to open now. */
  next(): Transport;
  /** A WebSocket ended before its hello. */
  socketFailed(): void;
  /** A WebSocket said hello. */
  socketWorked(): void;
}

/** @param now ms */
export function createTransportChoice(now: () => number): TransportChoice {
  let failures = 0;
  let hasWorked = false;
  let triedMs = 0;

  const socketIsDue = (): boolean => {
    const most = hasWorked ? SOCKETS_BEFORE_STREAM.afterOneWorked : SOCKETS_BEFORE_STREAM.atFirst;
    const doublings = Math.max(0, failures - most);
    const again = Math.min(SOCKET_AGAIN_MS.most, SOCKET_AGAIN_MS.first * 2 ** doublings);
    return failures < most || now() - triedMs >= again;
  };

  return {
    socketIsDue,
    next: () => {
      if (!socketIsDue()) return 'stream';
      triedMs = now();
      return 'socket';
    },
    socketFailed: () => {
      failures += 1;
    },
    socketWorked: () => {
      hasWorked = true;
      failures = 0;
    },
  };
}
