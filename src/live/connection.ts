import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { CLOSE_CODES, type LiveFilter } from './protocol.ts';

/** Bytes that may wait for a slow reader before it is cut. */
const MAX_WAITING = 1024 * 1024;

/** One open line to a reader, whatever it is made of. */
export interface Connection {
  readonly filter: LiveFilter;
  readonly address: string;
  /** Writes a message, already serialized; cuts the line when the reader does not keep up. */
  send(text: string, cursor: string): void;
  /** Asks whether the other side lives; cuts the line when the last question went unanswered. */
  beat(): void;
  close(code: number): void;
}

export function webSocketConnection(socket: WebSocket, filter: LiveFilter, address: string): Connection {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return {
    filter,
    address,
    send: (text) => {
      if (socket.bufferedAmount > MAX_WAITING) socket.close(CLOSE_CODES.slowConsumer, 'too slow');
      else socket.send(text);
    },
    beat: () => {
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
    },
    close: (code) => socket.close(code),
  };
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export function sseConnection(response: ServerResponse, filter: LiveFilter, address: string): Connection {
  const write = (text: string): void => {
    if (response.writableEnded) return;
    if (response.writableLength > MAX_WAITING) response.destroy();
    else response.write(text);
  };
  return {
    filter,
    address,
    send: (text, cursor) => write(`id: ${cursor}\ndata: ${text}\n\n`),
    beat: () => write(': beat\n\n'),
    close: () => void response.end(),
  };
}
