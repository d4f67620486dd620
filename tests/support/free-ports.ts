import { createServer } from 'node:net';

/**
 * Below the ports that the kernel gives to connections and to those who ask for any (32768 and up on Linux): a port that is
 * found free here stays free until its server listens. Each process takes its own from a stretch of its own, so that test
 * files that run at the same time do not meet.
 */
const FIRST = 12_000;
const STRETCH = 250;
const STRETCHES = 80;

let taken = 0;

/**
 * Ports that nobody listens on: the workers must know the server's before it listens (PUBLIC_URL), and a server
 * that comes back must come back to the same one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count && tries < STRETCH; tries += 1) {
    const port = FIRST + (process.pid % STRETCHES) * STRETCH + (taken % STRETCH);
    taken += 1;
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`no ${String(count)} free ports below the ephemeral ones`);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
