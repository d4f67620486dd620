import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { embeddedRedisAt } from '../../src/machine/embedded-redis.ts';
import { createApiClient, type ApiClient } from '../../tests/support/api-client.ts';
import { freePorts } from '../../tests/support/free-ports.ts';

export interface Machine {
  readonly api: ApiClient;
  readonly dataDir: string;
  readonly redisUrl: string;
  /** Its processes, by what they are: `redis`, `server`, `workers 1`… */
  readonly processes: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/**
 * Starts the built product as `npm start` does: the supervisor, its embedded Redis (append-only file, synced before each
 * answer), the server and the workers.
 * @param options.ca PEM of who vouches for the push service
 * @param options.profile folder for a CPU profile of each process
 */
export async function startMachine(options: {
  pushOrigins: readonly string[];
  ca: string;
  workers: number;
  arming: boolean;
  profile: string | undefined;
}): Promise<Machine> {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-scale-'));
  const dataDir = join(dir, 'data');
  const [port = 0] = await freePorts(1);
  const origin = `http://localhost:${port}`;
  const adminKey = randomBytes(24).toString('base64url');
  await writeFile(join(dir, 'ca.pem'), options.ca);
  // The supervisor hands its own flags on to the roles.
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  const child = spawn(process.execPath, [...profiling, MAIN], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      DATA_DIR: dataDir,
      PORT: String(port),
      PUBLIC_URL: origin,
      PUSH_ALLOWED_ORIGINS: options.pushOrigins.join(','),
      WORKER_PROCESSES: String(options.workers),
      ARMING: options.arming ? 'on' : 'off',
      ADMIN_KEY: adminKey,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  const api = createApiClient(() => origin, adminKey);
  try {
    const deadline = performance.now() + 30_000;
    while ((await api.call('/readyz').catch(() => undefined))?.status !== 200) {
      if (performance.now() > deadline || child.exitCode !== null) throw new Error('Ajil did not get ready');
      await sleep(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const { url } = embeddedRedisAt(dataDir);
  return { api, dataDir, redisUrl: url, processes: processesUnder(child.pid ?? -1), stop };
}

function processesUnder(pid: number): Map<string, number> {
  const found = new Map([['supervisor', pid]]);
  for (const child of readdirSync(`/proc/${pid}/task`).flatMap((task) => childrenOf(pid, task))) {
    const command = readFileSync(`/proc/${child}/cmdline`, 'utf8');
    const name = /redis-server|valkey-server/.test(command)
      ? 'redis'
      : command.includes('server.js')
        ? 'server'
        : command.includes('workers/main.js')
          ? `workers ${[...found.keys()].filter((known) => known.startsWith('workers')).length + 1}`
          : undefined;
    if (name !== undefined) found.set(name, child);
  }
  return found;
}

function childrenOf(pid: number, task: string): number[] {
  const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Forgets the peak so far, where the kernel allows it (proc(5), clear_refs). */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // then the peak is of the process's whole life
  }
}

/** Largest resident set so far, MB. */
export function peakMb(pid: number): number {
  const kb = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kb) / 1024);
}

/** CPU time used so far, seconds, all threads. The clock ticks 100 times a second (proc(5), USER_HZ). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
