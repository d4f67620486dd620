import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LogLine {
  readonly msg: string;
  readonly part?: string;
  readonly childPid?: number;
  readonly shown?: string;
}

export interface TestMachine {
  readonly pid: number;
  readonly lines: readonly LogLine[];
  /** Resolves with the first line, from now on or from the `after`-th on, that is wanted. */
  line(wanted: (line: LogLine) => boolean, after?: number): Promise<LogLine>;
  /** Of the part that was started last under this name. */
  pidOf(part: string): number;
  readonly ended: Promise<number | string | null>;
  kill(signal: NodeJS.Signals): void;
}

const CHILD = fileURLToPath(new URL('machine-child.ts', import.meta.url));

/** Starts a real supervisor, with a real embedded Redis in `dataDir` and roles that do nothing. */
export function startTestMachine(dataDir: string): TestMachine {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: '0',
      REDIS_URL: '',
      WORKER_PROCESSES: '2',
      ADMIN_KEY: randomBytes(24).toString('base64url'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: LogLine[] = [];
  const listeners = new Set<() => void>();
  const reader = createInterface(child.stdout).on('line', (text) => {
    lines.push(JSON.parse(text) as LogLine);
    for (const tell of listeners) tell();
  });
  const ended = new Promise<number | string | null>((done) => {
    child.once('exit', (code, signal) => {
      // A grandchild may hold the pipe open: what was written is in it by now.
      reader.close();
      done(signal ?? code);
    });
  });
  return {
    pid: child.pid ?? -1,
    lines,
    ended,
    kill: (signal) => void child.kill(signal),
    line: (wanted, after = 0) =>
      new Promise((done) => {
        const look = (): void => {
          const found = lines.slice(after).find(wanted);
          if (found === undefined) return;
          listeners.delete(look);
          done(found);
        };
        listeners.add(look);
        look();
      }),
    pidOf: (part) => {
      const pid = lines.findLast((line) => line.part === part && line.childPid !== undefined)?.childPid;
      if (pid === undefined) throw new Error(`${part} was not started`);
      return pid;
    },
  };
}

/** Whether a process runs: one that has ended and only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves when none of them runs any more; it is the test's time limit that ends a wait in vain. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(10);
}

/** The child processes of a process (Linux), oldest first. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
