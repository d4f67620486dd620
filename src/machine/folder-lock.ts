import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { shortSocketPath } from '../redis/socket-path.ts';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process, because two servers on one append-only file would destroy it. The lock is a listening
 * Unix socket in the folder. Thus only the folder's owner can take it, and it no longer answers once its process has ended
 * in any way. It works between processes of one machine: it does not protect a folder that machines or containers share.
 * @returns undefined if another process holds it
 */
export async function lockFolder(dir: string): Promise<FolderLock | undefined> {
  const path = join(dir, 'lock.sock');
  const draft = join(dir, `lock.${randomUUID().slice(0, 8)}`);
  const server = await listen(shortSocketPath(draft));
  server.unref();
  try {
    while (!isFirst(draft, path)) {
      const holder = inodeOf(path);
      if (await isAlive(path)) throw new Held();
      if (holder !== undefined) takeAway(path, holder);
    }
  } catch (error) {
    server.close();
    if (error instanceof Held) return undefined;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release: () => {
      rmSync(path, { force: true });
      return new Promise((done) => server.close(() => done()));
    },
  };
}

class Held extends Error {}

/** link(2) fails if the name exists. */
function isFirst(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock that a crash left. Another process may have been faster and have its lock under this name: then the
 * lock gets the name back.
 */
function takeAway(path: string, dead: number): void {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (inodeOf(aside) !== dead) isFirst(aside, path);
  rmSync(aside, { force: true });
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function listen(address: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', fail);
    server.listen(address, () => done(server));
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(shortSocketPath(path), () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
