import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** One process of the product. */
export interface RoleProcess {
  readonly pid: number;
  /** What it listens on; undefined for a role that does not. */
  readonly port: number | undefined;
  /** The latest lines of its output. */
  logs(): readonly string[];
  /** For signals that do not end it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void;
  /** Resolves when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const MAX_LINES = 2000;
const READY_MS = 60_000;

/**
 * Starts a role and waits until it says `{type: 'ready'}`.
 * @throws with its output when it ends, or says nothing for a minute
 */
export async function startRole(options: {
  name: string;
  file: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A command that runs it elsewhere: `nsenter` and its options. */
  enter?: readonly string[];
}): Promise<RoleProcess> {
  const [execPath, ...execArgv] = [...(options.enter ?? []), process.execPath];
  const child = fork(options.file, {
    cwd: options.cwd,
    env: options.env,
    execPath,
    execArgv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      lines.push(...part.toString().trimEnd().split('\n'));
      if (lines.length > MAX_LINES) lines.splice(0, lines.length - MAX_LINES);
    });
  }
  const ended = once(child, 'exit');
  const port = await waitUntilReady(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${options.name} ${reason}:\n${lines.join('\n')}`);
  });
  return {
    pid: child.pid ?? -1,
    port,
    logs: () => lines,
    signal: (signal) => void child.kill(signal),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

function waitUntilReady(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`is not ready after ${READY_MS} ms`)), READY_MS);
    const settle = (run: () => void): void => {
      clearTimeout(timer);
      run();
    };
    child.once('exit', (code, signal) => settle(() => reject(new Error(`ended (${signal ?? code})`))));
    child.on('message', (message: { type?: unknown; port?: number }) => {
      if (message.type === 'ready') settle(() => resolve(message.port));
    });
  });
}
