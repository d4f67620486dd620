import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedisServer } from '../../src/machine/server-binary.ts';
import { freePorts } from './free-ports.ts';

const PROJECT = new URL('../..', import.meta.url).pathname;

/** A sentinel that watches a master under the name `news`. */
export interface Sentinel {
  /** For `REDIS_URL`. */
  readonly url: string;
  readonly port: string;
  /** Makes a replica the master. Resolves when the sentinel has agreed to it. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSentinel(masterPort: number): Promise<Sentinel> {
  const [port = 0] = await freePorts(1);
  const dir = await mkdtemp(join(tmpdir(), 'ajil-sentinel-'));
  const file = join(dir, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `dir ${dir}`,
    `sentinel monitor news 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds news 500',
    'sentinel failover-timeout news 2000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT) ?? '';
  const child = spawn(binary, [file, '--sentinel'], { stdio: 'ignore' });
  const asked = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  asked.on('error', () => undefined); // until it listens
  await asked.ping();
  return {
    port: String(port),
    url: `redis-sentinel://127.0.0.1:${port}/news`,
    failOver: async () => {
      // It has to have heard from the replica first.
      while ((await asked.call('SENTINEL', 'FAILOVER', 'news').catch(String)) !== 'OK') await sleep(200);
    },
    stop: async () => {
      asked.disconnect();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
