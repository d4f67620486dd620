import { mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE, progress } from './project.mjs';

// unix(7), with the ending NUL.
const MAX_SOCKET_PATH = 107;

/**
 * Runs `body` while no other run in this project holds the same lock.
 * The lock is a listening Unix socket in the project's cache, where other users cannot take its name: it answers nobody
 * when its process has ended, however that was.
 */
export async function withLock(name, body) {
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `${name}.lock`);
  // A long path is named by the folder's descriptor, which stays open as long as this process.
  const isShort = Buffer.byteLength(path) <= MAX_SOCKET_PATH || process.platform !== 'linux';
  const address = isShort ? path : `/proc/self/fd/${openSync(CACHE, 'r')}/${name}.lock`;
  let told = false;
  let server = await listen(address);
  while (server === undefined) {
    if (!told) progress(`waiting for another ${name} to finish`);
    told = true;
    await sleep(100);
    const holder = inodeOf(path);
    // What a crash left; unless another run was faster, and has put its own there.
    if (!(await isAlive(address)) && inodeOf(path) === holder) rmSync(path, { force: true });
    server = await listen(address);
  }
  try {
    return await body();
  } finally {
    server.close();
  }
}

function listen(address) {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? done(undefined) : fail(error)));
    server.listen(address, () => done(server));
  });
}

function inodeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function isAlive(address) {
  return new Promise((done) => {
    const socket = connect(address, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
