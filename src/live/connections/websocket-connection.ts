import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Connection, type Keeper } from './connection.ts';
import type { GroupIdentity } from './group-identity.ts';
import { CLOSE_CODES } from '../protocol.ts';
import { OPCODES, webSocketFrame } from './wire.ts';

/** A reader who does not read gets no pongs. */
const MAX_WAITING_FOR_PONG = 1024;
const PING = webSocketFrame(OPCODES.ping, '');

/** ws's end of a line. It holds its connection, so that all connections share one set of listeners. */
export class ReaderWebSocket extends WebSocket {
  connection: WebSocketConnection | undefined;

  /** ws also calls this by itself: when the client closes, and when it breaks the protocol. */
  override close(code?: number, reason?: Buffer): void {
    this.connection?.onClosing();
    super.close(code, reason);
  }
}

/**
 * A WebSocket after its handshake (RFC 6455). ws reads the client's frames and does the closing handshake. Messages and pings
 * are frames that were made once for all connections; they go straight to the socket. ws queues nothing, because no extension
 * was agreed: it writes each of its frames to the socket at once, so frames never mix.
 */
export class WebSocketConnection extends Connection {
  private readonly webSocket: ReaderWebSocket;
  private controlFrames = 0;
  /** ws began to close before anything else ended the connection. */
  private closedByWs = false;

  constructor(
    webSocket: ReaderWebSocket,
    socket: Socket,
    group: GroupIdentity,
    address: string,
    keeper: Keeper,
  ) {
    super(socket, group, address, keeper);
    this.webSocket = webSocket;
    webSocket.connection = this;
  }

  /** Sends hello behind the answer to the handshake, which waits in the corked socket: one packet for both. */
  open(hello: Buffer): void {
    const { socket, webSocket } = this;
    webSocket.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    webSocket.on('error', onError).on('close', onClose);
    socket.on('end', () => this.terminate(undefined));
    socket.write(hello);
    socket.uncork();
    this.noteWaiting();
  }

  onPing(payload: Buffer): void {
    if (!this.left && this.socket.writableLength < MAX_WAITING_FOR_PONG) {
      this.webSocket.pong(payload);
      this.noteWaiting();
    }
    this.countControlFrame();
  }

  onPong(): void {
    this.asked = false;
    this.countControlFrame();
  }

  private countControlFrame(): void {
    this.controlFrames += 1;
    if (this.controlFrames > this.keeper.controlFrames) this.refuse();
  }

  /**
   * Closes for what the client sent. What it sends from now on is dropped: closing with unread bytes would reset the
   * connection, and the client might never see why (RFC 6455, section 7.1.1).
   */
  refuse(): void {
    if (this.socket.writableEnded) return;
    this.leave('misbehaved');
    this.webSocket.close(CLOSE_CODES.policyViolation);
    this.socket.removeAllListeners('data').resume();
    this.socket.end();
  }

  onClosing(): void {
    this.closedByWs = this.leave(undefined);
  }

  /** ws closes first, with the code of the fault, and then tells of it. */
  onFault(): void {
    if (this.closedByWs) this.keeper.ended('misbehaved');
  }

  onClose(): void {
    this.leave(undefined);
    this.keeper.gone(this);
  }

  protected override ask(): void {
    this.asked = true;
    this.controlFrames = 0;
    this.write(PING);
  }

  /** ws ends a client that does not close in time, after `closeTimeout`. */
  protected override sayGoodbye(code: number): void {
    this.webSocket.close(code);
  }
}

const connectionOf = (webSocket: WebSocket): WebSocketConnection | undefined =>
  webSocket instanceof ReaderWebSocket ? webSocket.connection : undefined;

function onMessage(this: WebSocket): void {
  connectionOf(this)?.refuse();
}

function onPing(this: WebSocket, payload: Buffer): void {
  connectionOf(this)?.onPing(payload);
}

function onPong(this: WebSocket): void {
  connectionOf(this)?.onPong();
}

function onError(this: WebSocket): void {
  connectionOf(this)?.onFault();
}

function onClose(this: WebSocket): void {
  connectionOf(this)?.onClose();
}
