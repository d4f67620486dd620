import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** How long answers are held: what was asked at the same time is answered by then. */
const HELD_MS = 30;

/** A Redis far away: all that it has answered by now is let through at once, again and again. */
export interface CountingProxy {
  readonly url: string;
  /** How often answers were let through: as often at most as somebody waited for Redis, one wait after the other. */
  waits(): number;
  close(): Promise<void>;
}

/** @param path of the Redis's Unix socket */
export async function startCountingProxy(path: string): Promise<CountingProxy> {
  const open = new Set<Socket>();
  let held: (() => void)[] = [];
  let waits = 0;

  function hold(letThrough: () => void): void {
    held.push(letThrough);
    if (held.length > 1) return;
    setTimeout(() => {
      waits += 1;
      for (const one of held.splice(0)) one();
    }, HELD_MS);
  }

  const server = createServer((client) => {
    const upstream = connect(path);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => hold(() => client.write(bytes)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waits: () => waits,
    close: async () => {
      held = [];
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
