import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnfitError } from '../ops/unfit.ts';
import { cutZeroTail } from './append-only-file.ts';
import { lockFolder } from './folder-lock.ts';
import { PID_FILE, stopLeftover } from './leftover.ts';
import { shortSocketPath } from '../redis/socket-path.ts';

export interface EmbeddedRedis {
  /** What to give to `connectRedis`. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with a reason when the server has ended, wanted or not. */
  readonly ended: Promise<string>;
  /** SIGTERM: saves and ends. SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** For tests: ends it with no warning. */
  kill(signal: NodeJS.Signals): void;
}

/** Where the embedded server lives, and how to reach it once it runs. @param dataDir absolute */
export function embeddedRedisPlace(dataDir: string): { dir: string; url: string } {
  const dir = join(dataDir, 'redis');
  return { dir, url: `unix://${join(dir, SOCKET)}` };
}

const SOCKET = 'redis.sock';

/**
 * Becomes the server, and leaves a watcher that ends it when our side of the pipe closes: also a supervisor that dies by
 * SIGKILL leaves no server behind. A line on the pipe first says that the server is gone, so that its number, which may
 * be another process's by then, is left alone. `$$` is the number of the shell, which `exec` keeps.
 */
const LAUNCHER = `echo $$ > "$1"
(read -r _ <&3 || kill -TERM $$) >/dev/null 2>&1 &
shift
exec "$@" 3<&-`;

/**
 * Starts a Redis of our own: Unix socket only, every write on disk before its answer, nothing evicted. It ends with this
 * process. One that an earlier process left running in the folder is stopped first.
 * @param options.dir the server's own folder; made if it is not there
 * @param options.log receives each line that the server prints
 * @returns when the server has loaded its data and answers
 * @throws when another process has a server in this folder, and when the server ends before it answers; the message
 *   holds its last lines
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
    // From inside the folder: the whole path may be longer than a socket's can be.
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
    // A group of its own: Ctrl-C in a terminal reaches the supervisor, which stops the roles before their Redis.
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
      // The line may come later than the first answer.
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
  pipe?.on('error', () => undefined); // the watcher may be gone already
  pipe?.end('the server has ended\n');
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

/** The process of the server that answers; undefined while there is none, and while it loads its data: INFO is answered then. */
async function askProcess(socket: string): Promise<number | undefined> {
  const [, pid, loading] = (await ask(socket, 'INFO\r\n', /process_id:(\d+)[^]*\nloading:([01])/)) ?? [];
  return loading === '0' ? Number(pid) : undefined;
}

/** A file that was cut inside a transaction holds its beginning, which the next one would be read into. */
async function rewriteFile(socket: string): Promise<void> {
  await ask(socket, 'BGREWRITEAOF\r\n', /^\+(.*)\r\n/);
}

/** @returns what `pattern` finds in the answer; undefined when there is none within a second */
function ask(socket: string, command: string, pattern: RegExp): Promise<RegExpExecArray | undefined> {
  return new Promise((done) => {
    const connection = connect(shortSocketPath(socket));
    let text = '';
    connection.setTimeout(1000, () => connection.destroy());
    connection.once('connect', () => connection.write(command));
    connection.on('data', (data) => {
      text += data.toString();
      const found = pattern.exec(text);
      if (found === null && !text.startsWith('-')) return;
      done(found ?? undefined);
      connection.destroy();
    });
    connection.once('error', () => done(undefined));
    connection.once('close', () => done(undefined));
  });
}

/** A folder that others may write to is nobody's proof: only ours is used. */
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
