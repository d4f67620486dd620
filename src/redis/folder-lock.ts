import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process: two servers on one append-only file would destroy it. The lock is a listening Unix
 * socket, so it is gone when its process is gone, however that ended. It binds the processes of one machine (of one
 * network namespace): a folder that two machines or containers share is not protected.
 * @returns undefined when another process holds it
 */
export async function lockFolder(dir: string): Promise<FolderLock | undefined> {
  const id = createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 32);
  // Linux has sockets without a file (unix(7), "abstract"); elsewhere a crash leaves the file behind.
  const address = process.platform === 'linux' ? `\0ajil-${id}` : join(dir, 'lock.sock');
  let server = await listen(address);
  if (server === undefined && !address.startsWith('\0') && !(await isAlive(address))) {
    rmSync(address, { force: true });
    server = await listen(address);
  }
  if (server === undefined) return undefined;
  const held = server;
  held.unref();
  return { release: () => new Promise((done) => held.close(() => done())) };
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(undefined);
      else fail(error);
    });
    server.listen(address, () => done(server));
  });
}

function isAlive(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(address, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
