import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Pipelined requests that may wait for an earlier one. A connection that sends more is cut. */
const MOST_WAITING = 8;

/** Serves one request at a time per connection. */
export interface Turns {
  /** Serves the request when all earlier requests of its connection are answered. */
  take(request: IncomingMessage, response: ServerResponse, serve?: RequestListener): void;
  /** Whether a request of this connection has no answer yet. */
  isBusy(socket: Socket): boolean;
}

/**
 * node:http emits each pipelined request as soon as it is parsed, a thousand in one turn. When the connection ends, a response
 * that waits behind another gets no event: its work goes on, and its files stay open. In turns, a connection serves one request,
 * and the response of that request gets the event.
 * @param watch is told when a connection begins to serve requests, and when it has served all of them
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
