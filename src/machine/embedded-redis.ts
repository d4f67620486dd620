import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnfitError } from '../ops/unfit.ts';
import { cutZeroTail } from './append-only-file.ts';
import { askProcess, rewriteFile } from './ask-redis.ts';
import { lockFolder } from './folder-lock.ts';
import { PID_FILE, stopLeftover } from './leftover.ts';

export interface EmbeddedRedis {
  /** For `connectRedis`. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with a reason when the server has ended, whether or not it was stopped. */
  readonly ended: Promise<string>;
  /** Sends SIGTERM, after which the server saves and ends, and SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** For tests: ends the server without warning. */
  kill(signal: NodeJS.Signals): void;
}

/** The folder of the embedded server, and its URL once it runs. @param dataDir absolute */
export function embeddedRedisAt(dataDir: string): { dir: string; url: string } {
  const dir = join(dataDir, 'redis');
  return { dir, url: `unix://${join(dir, SOCKET)}` };
}

const SOCKET = 'redis.sock';

/**
 * A shell that becomes the server and leaves a watcher. The watcher ends the server when our side of the pipe closes, so
 * that even a supervisor that dies by SIGKILL leaves no server behind. If the server ends first, a line on the pipe tells
 * the watcher to do nothing, because another process may have the number by then. `$$` is the number of the shell, which
 * `exec` keeps.
 */
const LAUNCHER = `echo $$ > "$1"
(read -r _ <&3 || kill -TERM $$) >/dev/null 2>&1 &
shift
exec "$@" 3<&-`;

/**
 * Starts the embedded Redis. It listens on a Unix socket only, writes to disk before it answers, and evicts nothing. It ends
 * with this process. If an earlier process left a server running in the folder, that server is stopped first.
 * @param options.dir the server's folder, which is made if it is missing
 * @param options.log takes each line that the server prints
 * @returns once the server has loaded its data and answers
 * @throws if another process runs a server in this folder, or if the server ends before it answers. The message then holds
 *   the server's last lines
 */
export async function startEmbeddedRedis(options: {
  binary: string;
  dir: string;
  log?: (line: string) => void;
}): Promise<EmbeddedRedis> {
  const dir = resolve(options.dir);
  await takeFolder(dir);
  const lock = await lockFolder(dir);
  if (lock === undefined) {
    throw new Error(`Another process runs a Redis in ${dir}: stop it, or choose another DATA_DIR`);
  }
  await stopLeftover(dir, (line) => options.log?.(line));
  const cut = await cutZeroTail(dir);
  if (cut > 0) {
    options.log?.(
      `# Warning: ${cut} zero bytes, left by a power cut, were removed from the append-only file`,
    );
  }
  const socket = join(dir, SOCKET);
  const settings: Record<string, string> = {
    port: '0',
    // Relative to the folder, because the whole path may be too long for a socket.
    unixsocket: SOCKET,
    unixsocketperm: '700',
    dir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const child = spawn(
    '/bin/sh',
    ['-c', LAUNCHER, 'ajil-redis', join(dir, PID_FILE), options.binary].concat(
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ),
    // In a separate group, Ctrl-C in a terminal reaches only the supervisor, which stops the roles before their Redis.
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true, cwd: dir },
  );
  const lastLines: string[] = [];
  let isTorn = false;
  let isReady = false;
  const onText = (chunk: Buffer): void => {
    for (const line of chunk.toString().split('\n')) {
      if (line.trim() === '') continue;
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      options.log?.(line);
      if (isTorn || !/loaded anyway|short read while loading/.test(line)) continue;
      isTorn = true;
      // The line may come after the first answer.
      if (isReady) void rewriteFile(socket);
    }
  };
  child.stdout?.on('data', onText);
  child.stderr?.on('data', onText);
  const ended = exitReason(child).then(async (reason) => {
    dismissWatcher(child);
    await lock.release();
    return reason;
  });
  let over: string | undefined;
  void ended.then((reason) => (over = reason));

  for (let found = await askProcess(socket); found !== child.pid; found = await askProcess(socket)) {
    if (over !== undefined) {
      throw new Error(`The embedded Redis did not start (${over}):\n${lastLines.join('\n')}`);
    }
    if (found !== undefined) {
      await stopChild(child, ended);
      throw new Error(
        `Another process (${found}) answers on ${socket}: it is not the Redis that Ajil started`,
      );
    }
    await sleep(20);
  }
  isReady = true;
  if (isTorn) await rewriteFile(socket);
  return {
    url: `unix://${socket}`,
    pid: child.pid ?? -1,
    ended,
    stop: () => stopChild(child, ended),
    kill: (signal) => void child.kill(signal),
  };
}

function exitReason(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
  });
}

function dismissWatcher(child: ChildProcess): void {
  const pipe = child.stdio[3] as Writable | null;
  pipe?.on('error', () => undefined); // the watcher may have ended already
  pipe?.end('the server has ended\n');
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

/** Other users may have put files into a folder to which they can write, so only a folder of our user is used. */
async function takeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(dir);
  const user = process.getuid?.() ?? uid;
  if (uid !== user && user !== 0) {
    throw new UnfitError(
      `${dir} belongs to another user (${uid}): choose another DATA_DIR, or change the owner`,
    );
  }
  if (uid === user) await chmod(dir, 0o700);
}
