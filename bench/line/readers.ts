import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Epoch ms with fractions: the clock that the push service of the tests writes down, too. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export interface Readers {
  /** When the next version came to each reader, epoch ms, rising. Call it before the version is sent. */
  next(timeoutMs: number): Promise<number[]>;
  close(): void;
}

/** Opens `count` WebSockets and waits for every hello. */
export async function openReaders(
  origin: string,
  count: number,
  addressOf: (index: number) => string,
): Promise<Readers> {
  let times: number[] = [];
  let onComplete: (() => void) | undefined;
  const sockets: WebSocket[] = [];
  const url = `${origin.replace('http', 'ws')}/v1/live`;

  async function openOne(index: number): Promise<void> {
    const socket = new WebSocket(url, {
      headers: { 'x-forwarded-for': addressOf(index) },
      perMessageDeflate: false,
    });
    sockets.push(socket);
    await once(socket, 'message');
    socket.on('message', () => {
      times.push(nowMs());
      if (times.length === count) onComplete?.();
    });
  }
  // A few at a time: a storm is another benchmark's subject.
  for (let start = 0; start < count; start += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - start) }, (_, at) => openOne(start + at)));
  }

  return {
    next: async (timeoutMs) => {
      times = [];
      if (count === 0) return times;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`only ${times.length} of ${count} readers got the alert`));
        }, timeoutMs);
        onComplete = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      return times;
    },
    close: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}
