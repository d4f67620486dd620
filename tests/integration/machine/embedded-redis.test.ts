import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { startEmbeddedRedis } from '../../../src/machine/embedded-redis.ts';
import { findRedisServer } from '../../../src/machine/server-binary.ts';
import { childrenOf, isRunning, startTestMachine } from '../../support/machine.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const binary =
  findRedisServer(process.env['PATH'] ?? '', fileURLToPath(new URL('../../..', import.meta.url))) ?? '';
let server: TestRedis | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('what Redis acknowledged survives kill -9', async () => {
  server = await startTestRedis();
  const redis = connectRedis(server.url, 'worker', logger);
  await redis.set('acknowledged', 'yes');
  await server.crash();
  expect(await redis.get('acknowledged')).toBe('yes');
  await closeRedis(redis);
});

test('a command connection fails at once while Redis is away, and comes back by itself', async () => {
  server = await startTestRedis();
  const redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
  await server.kill();
  const began = performance.now();
  await expect(redis.get('a')).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(1000);
  await server.restart();
  await waitUntilReady(redis);
  expect(await redis.get('a')).toBeNull();
  await closeRedis(redis);
});

test('a folder that has a server refuses a second one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-redis-'));
  const first = await startEmbeddedRedis({ binary, dir });
  await expect(startEmbeddedRedis({ binary, dir })).rejects.toThrow(/Another process runs a Redis/);
  await first.stop();
  const second = await startEmbeddedRedis({ binary, dir });
  await second.stop();
  await rm(dir, { recursive: true });
});

test.runIf(process.platform === 'linux')(
  'a server that lost its supervisor and its watcher is stopped by the next start, and its data is there',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ajil-redis-'));
    const machine = startTestMachine(dataDir);
    await machine.line((line) => line.msg === 'ready');
    const leftover = machine.pidOf('redis');
    const url = `unix://${join(dataDir, 'redis/redis.sock')}`;
    const writer = connectRedis(url, 'worker', logger);
    await writer.set('acknowledged', 'yes');
    await closeRedis(writer);
    for (const watcher of childrenOf(leftover)) process.kill(watcher, 'SIGKILL');
    machine.kill('SIGKILL');
    await machine.ended;
    expect(isRunning(leftover)).toBe(true);

    const next = await startEmbeddedRedis({ binary, dir: join(dataDir, 'redis') });
    expect(isRunning(leftover)).toBe(false);
    const reader = connectRedis(next.url, 'worker', logger);
    expect(await reader.get('acknowledged')).toBe('yes');
    await closeRedis(reader);
    await next.stop();
    await rm(dataDir, { recursive: true });
  },
);
