import type { Connection } from './connection.ts';
import type { LiveLimits } from '../door/limits.ts';
import { CLOSE_CODES } from '../protocol.ts';

/** The readers who are behind: bytes for them wait in this process. */
export interface Backlog {
  /** How many bytes waited for all readers at the last review. */
  readonly waitingBytes: number;
  /** Notes that bytes wait for a connection. Cuts it when they are too many for one connection. */
  note(connection: Connection, waiting: number): void;
  remove(connection: Connection): void;
  /** Cuts the connections with the most waiting bytes until the bound for all is kept. */
  review(): void;
}

export function createBacklog(limits: Pick<LiveLimits, 'waitingBytes' | 'waitingBytesInAll'>): Backlog {
  const behind = new Set<Connection>();
  let total = 0;

  const cut = (connection: Connection): void => connection.close(CLOSE_CODES.slowConsumer, 'slow');

  function review(): void {
    total = 0;
    for (const { socket } of behind) total += socket.writableLength;
    for (const connection of behind) if (connection.socket.writableLength === 0) behind.delete(connection);
    if (total <= limits.waitingBytesInAll) return;
    const most = [...behind].sort((one, other) => other.socket.writableLength - one.socket.writableLength);
    for (const connection of most) {
      if (total <= limits.waitingBytesInAll) return;
      total -= connection.socket.writableLength;
      cut(connection);
    }
  }

  return {
    get waitingBytes() {
      return total;
    },
    note: (connection, waiting) => {
      if (waiting > limits.waitingBytes) cut(connection);
      else behind.add(connection);
    },
    remove: (connection) => behind.delete(connection),
    review,
  };
}
