import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedisServer } from '../../src/machine/server-binary.ts';
import { freePorts } from './free-ports.ts';

const PROJECT = new URL('../..', import.meta.url).pathname;

/** A Redis that an operator runs: on a TCP port, with settings of its own. */
export interface PlainRedis {
  readonly port: number;
  readonly url: string;
  /** Where its data lies. */
  readonly dir: string;
  /** For what the test asks and sets. */
  readonly admin: Redis;
  stop(): Promise<void>;
}

const GOOD = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };

export async function startPlainRedis(settings: Readonly<Record<string, string>> = {}): Promise<PlainRedis> {
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  if (binary === undefined) throw new Error('no redis-server: run `npm run setup`');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-redis-'));
  const [port = 0] = await freePorts(1);
  const all = {
    ...GOOD,
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    'repl-diskless-sync-delay': '0',
    ...settings,
  };
  const child = spawn(
    binary,
    Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  );
  const admin = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  admin.on('error', () => undefined); // until it listens
  await admin.ping();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    dir: all.dir,
    admin,
    stop: async () => {
      admin.disconnect();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
