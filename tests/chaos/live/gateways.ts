import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import webPush from 'web-push';
import { startRole, type RoleProcess } from '../../support/process.ts';

const SERVER = fileURLToPath(new URL('../../../dist/src/server.js', import.meta.url));

/** Built server processes, each on a port that it keeps, all on one Redis. */
export interface Gateways {
  readonly origins: readonly string[];
  /** SIGKILL it, or ask it to end by SIGTERM; resolves when it is gone. */
  end(index: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Resolves when it takes connections again. */
  restart(index: number): Promise<void>;
  signal(index: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void;
  /** Of the process that runs now. */
  pid(index: number): number;
  logs(): string;
  stop(): Promise<void>;
}

export async function startGateways(options: {
  redisUrl: string;
  /** A server for each. */
  ports: readonly number[];
  env?: Readonly<Record<string, string>>;
}): Promise<Gateways> {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-chaos-'));
  const { ports } = options;
  const vapid = webPush.generateVAPIDKeys();
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    TMPDIR: dir,
    NODE_ENV: 'production',
    DATA_DIR: join(dir, 'data'),
    REDIS_URL: options.redisUrl,
    ADMIN_KEY: randomBytes(24).toString('base64url'),
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    // Every client has an address of its own, as behind a proxy.
    TRUST_PROXY: 'loopback',
    DRAIN_SECONDS: '1',
    LOG_LEVEL: 'info',
    ...options.env,
  };
  const running: (RoleProcess | undefined)[] = [];
  const ended: string[] = [];

  async function start(index: number): Promise<void> {
    const port = String(ports[index]);
    running[index] = await startRole({
      name: `server ${index}`,
      file: SERVER,
      cwd: dir,
      env: { ...env, PORT: port },
    });
  }

  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    const process = running[index];
    running[index] = undefined;
    await process?.kill(signal);
    ended.push(...(process?.logs() ?? []), `-- server ${index} ended by ${signal}`);
  }

  await Promise.all(ports.map((_, index) => start(index)));
  return {
    origins: ports.map((port) => `http://127.0.0.1:${port}`),
    end,
    restart: start,
    signal: (index, signal) => running[index]?.signal(signal),
    pid: (index) => running[index]?.pid ?? -1,
    logs: () => [...ended, ...running.flatMap((process) => process?.logs() ?? [])].join('\n'),
    stop: async () => {
      await Promise.all(ports.map((_, index) => end(index, 'SIGKILL')));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
