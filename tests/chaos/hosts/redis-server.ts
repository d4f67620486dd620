import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Host } from './network.ts';

export const REDIS_PORT = 6379;

/** As docs/operations.md says under Failover. */
const SETTINGS = {
  port: String(REDIS_PORT),
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
  'min-replicas-to-write': '1',
  'min-replicas-max-lag': '2',
  'repl-timeout': '5',
  'repl-diskless-sync-delay': '0',
  'protected-mode': 'no',
  save: '',
};

/** The Redis of a host, which keeps its data when it is killed. */
export interface HostRedis {
  readonly host: Host;
  /** To ask it something; fails within a second while the host is away. */
  readonly asked: Redis;
  /** Runs the program there. */
  run(args: readonly string[]): ChildProcess;
  start(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  stop(): void;
}

/** @param lines of the configuration, besides what all have */
export async function openRedis(
  binary: string,
  host: Host,
  dir: string,
  lines: readonly string[],
): Promise<HostRedis> {
  const home = join(dir, host.name);
  await mkdir(home);
  const settings = { ...SETTINGS, bind: `${host.address} 127.0.0.1`, dir: home };
  const common = Object.entries(settings).map(([name, value]) => `${name} ${value || '""'}`);
  const file = join(home, 'redis.conf');
  // Redis and Sentinel write into it whom to follow.
  await writeFile(file, `${[...common, ...lines].join('\n')}\n`);
  const run = (args: readonly string[]): ChildProcess => {
    const [enter = '', ...rest] = [...host.enter, binary, ...args];
    return spawn(enter, rest, { stdio: 'ignore' });
  };
  let server: ChildProcess | undefined;
  const asked = connectTo(host.address, REDIS_PORT);
  const start = (): void => {
    server = run([file]);
  };
  start();
  return {
    host,
    asked,
    run,
    start,
    kill: async () => {
      server?.kill('SIGKILL');
      if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
    stop: () => {
      asked.disconnect();
      server?.kill('SIGKILL');
    },
  };
}

/** A connection whose commands fail within a second while the other side is away. */
export function connectTo(host: string, port: number): Redis {
  const redis = new Redis(port, host, {
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    connectTimeout: 1000,
    socketTimeout: 1000,
    retryStrategy: () => 200,
  });
  redis.on('error', () => undefined);
  return redis;
}
