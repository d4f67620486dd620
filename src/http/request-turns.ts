import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Pipelined requests that may wait for the one before them. A connection that sends more of them is cut. */
const MOST_WAITING = 8;

/** One request at a time on a connection. */
export interface Turns {
  /** Serves the request once the requests before it on its connection are answered. */
  take(request: IncomingMessage, response: ServerResponse, serve?: RequestListener): void;
  /** Whether a request of this connection has no answer yet. */
  isBusy(socket: Socket): boolean;
}

/**
 * node:http hands over each pipelined request as soon as it is parsed, a thousand in one turn, and a response that waits
 * behind another hears nothing when its connection ends: the work goes on and open files stay open. Served in turn, a
 * connection has one request at work, and its end is told to the response that has it.
 * @param watch told when a connection begins to have a request at work, and when it has none any more
 */
export function createTurns(
  serveNext: RequestListener,
  watch: { busy(socket: Socket): void; idle(socket: Socket): void },
): Turns {
  const waiting = new WeakMap<Socket, (() => void)[]>();

  function begin(request: IncomingMessage, response: ServerResponse, serve: RequestListener): void {
    const { socket } = request;
    response.once('close', () => {
      const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
      if (next !== undefined) return next();
      waiting.delete(socket);
      return watch.idle(socket);
    });
    serve(request, response);
  }

  return {
    isBusy: (socket) => waiting.has(socket),
    take: (request, response, serve = serveNext) => {
      const { socket } = request;
      const queue = waiting.get(socket);
      if (queue === undefined) {
        waiting.set(socket, []);
        watch.busy(socket);
        begin(request, response, serve);
      } else if (queue.length < MOST_WAITING) {
        queue.push(() => begin(request, response, serve));
      } else {
        socket.destroy();
      }
    },
  };
}
