import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The launcher writes it before it becomes the server, so that no server runs without it. */
export const PID_FILE = 'redis.pid';

const GRACE_MS = 10_000;

/**
 * Ends a server that an earlier supervisor started in `dir` and did not live to stop. Call it while you hold the folder's
 * lock.
 * @param log takes a line for each step
 */
export async function stopLeftover(dir: string, log: (line: string) => void): Promise<void> {
  const pid = leftoverPid(dir);
  if (pid === undefined) return;
  log(`an earlier Redis (process ${pid}) still runs in ${dir}: stopping it`);
  signal(pid, 'SIGTERM');
  for (let waited = 0; waited < GRACE_MS && leftoverPid(dir) === pid; waited += 20) await sleep(20);
  if (leftoverPid(dir) !== pid) return;
  log(`it did not stop: sending SIGKILL (no acknowledged alert is lost)`);
  signal(pid, 'SIGKILL');
  while (leftoverPid(dir) === pid) await sleep(20);
}

/** The process in the pid file, if it is alive and still that server. Process numbers are used again. */
function leftoverPid(dir: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dir, PID_FILE), 'utf8'));
  } catch {
    return undefined;
  }
  return Number.isInteger(pid) && pid > 1 && runsIn(pid, dir) ? pid : undefined;
}

/** Whether the process is a server whose working folder is `dir`. Without /proc (not Linux): whether it is alive. */
function runsIn(pid: number, dir: string): boolean {
  if (process.platform !== 'linux') return signal(pid, 0);
  try {
    // "123 (redis-server) S …". A zombie (Z) has ended and only waits to be reaped.
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    if (name === undefined || state === 'Z' || !/redis|valkey/.test(name)) return false;
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dir);
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
