import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CANARY_HEADER, canaryText, type CanaryProofs } from '../../live/canary.ts';
import { appendCanary } from '../../live/log/canary-stream.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { presentNames } from '../../redis/presence.ts';
import type { CanaryQueue } from './job.ts';
import type { RunWay } from './runner.ts';
import { wayResultSchema } from './state.ts';

const LOOK_MS = 50;
const MOST_BYTES = 1024 * 1024;

/** The push way as the server sees it: the job goes to the workers, and one of them writes down what came of it. */
export function createPushWay(deps: { redis: Redis; queue: CanaryQueue }): RunWay {
  const { redis } = deps;

  /** Workers of an earlier release would take the job for a batch, and fail. */
  async function areWorkersReady(): Promise<boolean> {
    const workers = (await presentNames(redis)).filter((name) => name.startsWith('workers:'));
    const news = workers.length === 0 ? [] : await redis.mget(workers.map(keys.newsOf));
    return news.every((text) => text !== null && text.includes('"canary":true'));
  }

  return async (run, at, deadline) => {
    if (!(await areWorkersReady())) return undefined;
    await deps.queue.toFanOut({ run, at });
    while (!deadline.aborted) {
      const text = await redis.get(keys.canaryPush(run));
      if (text !== null) return wayResultSchema.parse(JSON.parse(text));
      await sleep(LOOK_MS);
    }
    return { fault: 'no worker has sent it: look at the queues and the workers' };
  };
}

/**
 * The socket way: a connection to this machine's own port, by the handshake and to the gateway that readers have. It does
 * not go through PUBLIC_URL: a server seldom reaches its own proxy, and an outside check sees more of that.
 * @param deps.address where the server listens
 */
export function createSocketWay(deps: {
  redis: Redis;
  proofs: CanaryProofs;
  address: () => { readonly host: string; readonly port: number };
}): RunWay {
  return async (run, _at, deadline) => {
    const { host, port } = deps.address();
    const socket = new WebSocket(`ws://${host.includes(':') ? `[${host}]` : host}:${port}/v1/live`, {
      headers: { [CANARY_HEADER]: deps.proofs.make(run) },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MOST_BYTES,
    });
    const messages = readMessages(socket, deadline);
    try {
      const hello = await messages.next();
      if (!hello.includes('"type":"hello"')) return { fault: 'the gateway began without a hello' };
      const began = performance.now();
      await appendCanary(deps.redis, run);
      while (!(await messages.next()).includes(canaryText(run)));
      return { ms: Math.round(performance.now() - began) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { fault: `the gateway of ${host}:${port} did not bring it: ${why}` };
    } finally {
      socket.terminate();
    }
  };
}

/** The messages of a socket, one after the other. `next` rejects once it has ended, or at the deadline. */
function readMessages(socket: WebSocket, deadline: AbortSignal): { next(): Promise<string> } {
  const came: string[] = [];
  let ended: Error | undefined;
  let waiting: { resolve(message: string): void; reject(error: Error): void } | undefined;

  function serve(): void {
    const message = came[0];
    if (waiting === undefined || (message === undefined && ended === undefined)) return;
    if (message === undefined) waiting.reject(ended ?? new Error('it ended'));
    else waiting.resolve(message);
    came.shift();
    waiting = undefined;
  }
  const end = (error: Error): void => {
    ended ??= error;
    serve();
  };
  socket.on('message', (data) => {
    came.push(Buffer.isBuffer(data) ? data.toString() : '');
    serve();
  });
  socket.on('error', end);
  socket.on('close', (code) => end(new Error(`it closed the connection with ${code}`)));
  deadline.addEventListener('abort', () => end(new Error('it did not come in time')), { once: true });
  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        serve();
      }),
  };
}
