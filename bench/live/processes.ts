import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The server's CPU, and that of everything else: generator, publisher, Redis. Undefined: they share what there is. */
export interface Cores {
  readonly server: number | undefined;
  readonly others: number | undefined;
}

/** Pins this process, and so its children, to the second core; the first is left to the servers. */
export function claimCores(): Cores {
  const pinned =
    cpus().length > 1 && spawnSync('taskset', ['-a', '-pc', '1', String(process.pid)]).status === 0;
  return pinned ? { server: 0, others: 1 } : { server: undefined, others: undefined };
}

/** Starts a program on a core of its own. Its standard error is ours. */
export function spawnOn(
  core: number | undefined,
  command: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  return spawn(program, args, { stdio });
}

export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Resident memory of the processes, in bytes (proc_pid_status(5)). */
export function residentBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  });
}

/**
 * CPU time that the processes have used, user and system of all their threads, in microseconds. From the scheduler's own
 * account, in nanoseconds: `/proc/PID/stat` tells the same in ticks of 10 ms, too coarse for a broadcast that takes 10.
 */
export function cpuMicros(pids: readonly number[]): number {
  return sum(pids, (pid) =>
    sum(readdirSync(`/proc/${pid}/task`), (task) => {
      const [running = ''] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
      return Number(running) / 1000;
    }),
  );
}

const sum = <T>(items: readonly T[], valueOf: (item: T) => number): number =>
  items.reduce((total, item) => total + valueOf(item), 0);
