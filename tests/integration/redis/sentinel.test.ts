import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { findRedisServer } from '../../../src/machine/server-binary.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';

const PROJECT = new URL('../../..', import.meta.url).pathname;
const logger = createLogger({ level: 'silent', role: 'test' });
let first: PlainRedis;
let second: PlainRedis;
let sentinel: ChildProcess;
let asked: Redis;
let dir: string;
let url: string;

beforeEach(async () => {
  [first, second] = await Promise.all([startPlainRedis(), startPlainRedis()]);
  await second.admin.call('REPLICAOF', '127.0.0.1', String(first.port));
  const [port = 0] = await freePorts(1);
  dir = await mkdtemp(join(tmpdir(), 'ajil-sentinel-'));
  const file = join(dir, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `dir ${dir}`,
    `sentinel monitor news 127.0.0.1 ${first.port} 1`,
    'sentinel down-after-milliseconds news 500',
    'sentinel failover-timeout news 2000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT) ?? '';
  sentinel = spawn(binary, [file, '--sentinel'], { stdio: 'ignore' });
  asked = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  asked.on('error', () => undefined); // until it listens
  url = `redis-sentinel://127.0.0.1:${port}/news`;
});
afterEach(async () => {
  asked.disconnect();
  sentinel.kill('SIGKILL');
  if (sentinel.exitCode === null && sentinel.signalCode === null) await once(sentinel, 'exit');
  await Promise.all([first.stop(), second.stop()]);
  await rm(dir, { recursive: true, force: true });
});

test(
  'connections by Sentinel find the master, and the next one after a failover',
  { timeout: 60_000 },
  async () => {
    const all = (['command', 'worker'] as const).map((purpose) => connectRedis(url, purpose, logger));
    await Promise.all(all.map((redis) => waitUntilReady(redis)));
    const portsNow = (): Promise<(string | undefined)[]> =>
      Promise.all(
        all.map(async (redis) => {
          const written = await Promise.race([redis.set('kept', '1').catch(() => ''), first.admin.ping()]);
          if (written === '') return undefined;
          return /tcp_port:(\d+)/.exec(await redis.info('server').catch(() => ''))?.[1];
        }),
      );
    const both = ({ port }: PlainRedis): string[] => all.map(() => String(port));
    expect(await portsNow()).toEqual(both(first));
    // It has to have heard from the replica first.
    const failOver = (): Promise<unknown> => asked.call('SENTINEL', 'FAILOVER', 'news').catch(String);
    await expect.poll(failOver, { timeout: 30_000, interval: 200 }).toBe('OK');
    await expect.poll(portsNow, { timeout: 30_000, interval: 100 }).toEqual(both(second));
    expect(await Promise.all(all.map((redis) => redis.set('kept', '2')))).toEqual(['OK', 'OK']);
    await Promise.all(all.map(closeRedis));
  },
);
