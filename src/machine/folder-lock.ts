import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { shortSocketPath } from '../redis/socket-path.ts';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process: two servers on one append-only file would destroy it. The lock is a listening Unix
 * socket in the folder, so only its owner can take it, and it answers nobody when its process is gone, however that ended.
 * It binds the processes of one machine: a folder that two machines or containers share is not protected.
 * @returns undefined when another process holds it
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

/** link(2) fails where the name is taken already. */
function isFirst(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes what a crash left. Another process may have been faster, and what has the name now be its lock: it gets it back. */
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
