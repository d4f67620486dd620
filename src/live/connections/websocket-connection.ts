import { Socket } from 'node:net';
import { Connection, type EndReason } from './connection.ts';
import { CLOSE_CODES } from '../protocol.ts';
import { closeFrame, encodeFrame, OPCODES, PING } from './websocket-frames.ts';
import { readFrame, type Inbound } from './websocket-inbound.ts';

/** Pongs are not answered to who does not read them. */
const MAX_WAITING_FOR_PONG = 1024;

/** A WebSocket after its handshake (RFC 6455), without extensions. */
export class WebSocketConnection extends Connection {
  /** The beginning of a frame whose end has not come: 131 bytes at most. */
  private held: Buffer | undefined;
  private controlFrames = 0;
  private finished = false;

  /**
   * @param head the answer to the handshake
   * @param early what the client sent behind it
   */
  open(head: string, hello: Buffer, early: Buffer): void {
    const { socket } = this;
    // One set of functions for all connections: closures would cost each connection some hundred bytes.
    (socket as HeldSocket)[HELD_BY] = this;
    forgetHttp(socket);
    socket.on('data', onData).on('end', onEnd).on('close', onClose);
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(hello);
    socket.uncork();
    this.noteWaiting();
    if (early.length > 0) this.receive(early);
    socket.resume();
  }

  receive(bytes: Buffer): void {
    // After our last frame, and after a fault, what comes is dropped: closing with unread bytes would reset the
    // connection, and the client might never see why (RFC 6455, section 7.1.1).
    if (this.finished) return;
    const all = this.held === undefined ? bytes : Buffer.concat([this.held, bytes]);
    this.held = undefined;
    let at = 0;
    for (;;) {
      const frame = readFrame(all, at);
      if (frame === undefined) break;
      this.take(frame);
      if (this.finished || frame.type === 'fault') return;
      at = frame.next;
    }
    if (at < all.length) this.held = Buffer.from(all.subarray(at));
  }

  private take(frame: Inbound): void {
    switch (frame.type) {
      case 'fault':
        this.finish(frame.code, 'misbehaved');
        return;
      case 'close':
        this.finish(frame.code, undefined);
        return;
      case 'pong':
        this.asked = false;
        break;
      case 'ping':
        if (!this.left && this.socket.writableLength < MAX_WAITING_FOR_PONG) {
          this.write(encodeFrame(OPCODES.pong, frame.payload));
        }
        break;
    }
    this.controlFrames += 1;
    if (this.controlFrames > this.keeper.controlFrames) {
      this.finish(CLOSE_CODES.policyViolation, 'misbehaved');
    }
  }

  /** Ours is the last frame: an answer to the client's close, or the refusal of what it sent. Then TCP is closed. */
  private finish(code: number | undefined, reason: EndReason | undefined): void {
    this.finished = true;
    this.held = undefined;
    if (this.leave(reason)) {
      this.socket.end(closeFrame(code));
      setTimeout(() => this.socket.destroy(), this.keeper.goodbyeMs).unref();
    } else {
      this.socket.end();
    }
  }

  protected override ask(): void {
    this.asked = true;
    this.controlFrames = 0;
    this.write(PING);
  }

  protected override sayGoodbye(code: number): void {
    this.socket.write(closeFrame(code));
  }

  onEnd(): void {
    this.terminate(undefined);
  }

  onClose(): void {
    this.leave(undefined);
    this.keeper.gone(this);
  }
}

/** node:http gives each socket three functions, 300 bytes in total, which an upgraded socket does not need. */
function forgetHttp(socket: Socket): void {
  for (const name of ['on', 'addListener', 'prependListener']) {
    if (Object.hasOwn(socket, name)) Reflect.set(socket, name, Reflect.get(Socket.prototype, name));
  }
}

const HELD_BY = Symbol('connection');
type HeldSocket = Socket & { [HELD_BY]: WebSocketConnection };

function onData(this: Socket, bytes: Buffer): void {
  (this as HeldSocket)[HELD_BY].receive(bytes);
}

function onEnd(this: Socket): void {
  (this as HeldSocket)[HELD_BY].onEnd();
}

function onClose(this: Socket): void {
  (this as HeldSocket)[HELD_BY].onClose();
}
