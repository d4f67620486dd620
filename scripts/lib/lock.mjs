import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT, progress } from './project.mjs';

/**
 * Runs `body` while no other run on this machine holds the same lock of this project.
 * The lock is a listening Unix socket: it vanishes with its process, however that ends.
 */
export async function withLock(name, body) {
  const id = createHash('sha256').update(`${PROJECT}\n${name}`).digest('hex').slice(0, 24);
  // Linux has sockets without a file (unix(7), "abstract"); elsewhere a file is left behind by a crash.
  const address = process.platform === 'linux' ? `\0ajil-${id}` : join(tmpdir(), `ajil-${id}.lock`);
  let told = false;
  let server = await listen(address);
  while (server === undefined) {
    if (!told) progress(`waiting for another ${name} to finish`);
    told = true;
    await sleep(100);
    if (!address.startsWith('\0') && !(await isAlive(address))) unlinkSync(address);
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

function isAlive(address) {
  return new Promise((done) => {
    const socket = connect(address, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
