import type { Socket } from 'node:net';
import type { GroupIdentity } from './group-identity.ts';

/** Why a connection was ended by us: the label of the metric. */
export type EndReason = 'restart' | 'slow' | 'stalled' | 'silent' | 'misbehaved';

/** The owner of connections. */
export interface Keeper {
  readonly goodbyeMs: number;
  readonly controlFrames: number;
  /** From this moment on nothing may be written to the connection. */
  left(connection: Connection): void;
  /** We ended a connection, for this reason. */
  ended(reason: EndReason): void;
  /** Its socket is closed. */
  gone(connection: Connection): void;
  /** Bytes wait for the reader. */
  waits(connection: Connection, bytes: number): void;
}

/** One open line to a reader. Ten thousands of them are held: every field counts. */
export abstract class Connection {
  /** Newest offset that its reader has, or does not need. */
  offset = 0;
  /** Its index in its group. */
  place = 0;
  /** Its slot in the heart. */
  beatSlot = 0;
  beatPlace = 0;
  /** The last beat asked for an answer, and none has come. */
  asked = false;
  left = false;
  readonly socket: Socket;
  readonly group: GroupIdentity;
  readonly address: string;
  protected readonly keeper: Keeper;
  /** Bytes that had gone out when the last beat found others waiting. */
  private goneAtBeat = -1;

  constructor(socket: Socket, group: GroupIdentity, address: string, keeper: Keeper) {
    this.socket = socket;
    this.group = group;
    this.address = address;
    this.keeper = keeper;
  }

  /** Puts bytes behind those that wait already. */
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
   * The heartbeat. Where bytes wait, one more would only wait behind them: there, some must have gone out since the last
   * beat.
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

  /** Takes leave with a close code; ends the connection when the client does not, in time. */
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
