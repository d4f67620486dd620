import type { Socket } from 'node:net';
import type { GroupIdentity } from './group-identity.ts';

/** Why we ended a connection: the label of the metric. */
export type EndReason = 'restart' | 'slow' | 'stalled' | 'silent' | 'misbehaved';

/** The owner of connections. */
export interface Keeper {
  readonly goodbyeMs: number;
  readonly controlFrames: number;
  /** Nothing may be written to the connection any more. */
  left(connection: Connection): void;
  /** We ended a connection, for this reason. */
  ended(reason: EndReason): void;
  /** The socket of the connection is closed. */
  gone(connection: Connection): void;
  /** So many bytes wait for the reader. */
  waits(connection: Connection, bytes: number): void;
}

/** One open line to a reader. A process holds tens of thousands of them, so every field counts. */
export abstract class Connection {
  /** The newest offset that the reader has, or does not need. */
  offset = 0;
  /** Its index among the members of its group. */
  memberIndex = 0;
  /** The tick of the heartbeat that it belongs to, and its index there. */
  beatTick = 0;
  beatIndex = 0;
  /** The last beat asked for an answer, and no answer has come. */
  asked = false;
  left = false;
  readonly socket: Socket;
  readonly group: GroupIdentity;
  readonly address: string;
  protected readonly keeper: Keeper;
  /** How many bytes had gone out when the last beat found bytes waiting; -1 when it found none. */
  private goneAtBeat = -1;

  constructor(socket: Socket, group: GroupIdentity, address: string, keeper: Keeper) {
    this.socket = socket;
    this.group = group;
    this.address = address;
    this.keeper = keeper;
  }

  /** Writes bytes behind the bytes that wait already. */
  write(bytes: Uint8Array): void {
    if (this.left) return;
    this.socket.write(bytes);
    this.noteWaiting();
  }

  protected noteWaiting(): void {
    const waiting = this.socket.writableLength;
    if (waiting > 0) this.keeper.waits(this, waiting);
  }

  /**
   * The heartbeat asks the reader for a sign of life. Where bytes wait, a ping would only wait behind them; some of these bytes
   * must have gone out since the last beat.
   */
  beat(): void {
    const waiting = this.socket.writableLength;
    if (waiting === 0) {
      this.goneAtBeat = -1;
      this.ask();
      return;
    }
    const gone = this.socket.bytesWritten - waiting;
    if (gone === this.goneAtBeat) this.terminate('stalled');
    this.goneAtBeat = gone;
  }

  /** Closes with a code. Ends the connection when the client does not close in time. */
  close(code: number, reason: EndReason): void {
    if (!this.leave(reason)) return;
    this.sayGoodbye(code);
  }

  terminate(reason: EndReason | undefined): void {
    this.leave(reason);
    this.socket.destroy();
  }

  /** @returns false when it had left before */
  protected leave(reason: EndReason | undefined): boolean {
    if (this.left) return false;
    this.left = true;
    this.keeper.left(this);
    if (reason !== undefined) this.keeper.ended(reason);
    return true;
  }

  protected abstract ask(): void;
  protected abstract sayGoodbye(code: number): void;
}
