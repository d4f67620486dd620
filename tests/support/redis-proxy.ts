import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address in front of a Redis, as a virtual address, a managed service's name or a partition has it. */
export interface RedisProxy {
  readonly url: string;
  /** New connections go there; open ones stay where they are. */
  moveTo(port: number): void;
  /** Bytes of the connections that are open now vanish, and nothing is closed. */
  swallow(): void;
  close(): Promise<void>;
}

/**
 * @param address a port of this machine, or a Unix socket
 * @param onAnswer decides when bytes of an answer pass; by default at once
 */
export async function startRedisProxy(
  address: number | string,
  onAnswer?: (pass: () => void) => void,
): Promise<RedisProxy> {
  let target = address;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      if (from === upstream && onAnswer !== undefined) {
        from.on('data', (bytes) => onAnswer(() => to.write(bytes)));
      } else from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo: (next) => (target = next),
    swallow: () => {
      for (const socket of open) {
        socket.unpipe();
        socket.removeAllListeners('close');
        socket.pause();
      }
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
