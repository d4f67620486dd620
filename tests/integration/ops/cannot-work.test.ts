import { fork, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { watchOver } from '../../../src/ops/role-process.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ROLES = ['dist/src/server.js', 'dist/workers/main.js'];

let redis: TestRedis;
let dir: string;

beforeEach(async () => {
  redis = await startTestRedis();
  dir = await mkdtemp(join(tmpdir(), 'ajil-cannot-'));
});
afterEach(async () => {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

function start(
  path: string,
  env: Record<string, string> = {},
  stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
) {
  const child = spawn(process.execPath, [file(path)], {
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: redis.url,
      DATA_DIR: dir,
      PORT: '0',
      DRAIN_SECONDS: '0',
      ...env,
    },
    stdio,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (printed += part.toString()));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => signal ?? code);
  return { child, ended, printed: () => printed };
}

test.each(ROLES)('%s ends when its log cannot be written: the disk is full', async (role) => {
  const full = openSync('/dev/full', 'w');
  const { ended } = start(role, {}, ['ignore', full, 'ignore']);
  closeSync(full);
  expect(await ended).toBeDefined();
});

test.each(ROLES)('%s ends when nobody reads its log any more', async (role) => {
  const { child, ended, printed } = start(role);
  await expect.poll(printed, { timeout: 20_000 }).toMatch(/taking requests|"working"/);
  child.stdout?.destroy();
  child.stderr?.destroy();
  // The next line finds the pipe closed.
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a role whose event loop hangs is killed', async () => {
  const child = fork(file('tests/support/fixtures/roles/stuck.mjs'), { execArgv: [] });
  const ended = once(child, 'exit');
  watchOver(child, 20);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

test.each(ROLES)(
  '%s with another push key than the others on its Redis refuses to start, and says what to do',
  async (role) => {
    const client = connectRedis(redis.url, 'command', createLogger({ level: 'silent', role: 'test' }));
    await waitUntilReady(client);
    await client.set(keys.vapidKey, 'another');
    await closeRedis(client);
    const { ended, printed } = start(role);
    expect(await ended).toBe(78);
    expect(printed()).toContain('give every machine the same VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY');
  },
);

test('all of Ajil on a machine stops with status 78 when a role cannot run', async () => {
  await writeFile(join(dir, 'vapid.json'), 'damaged');
  const { ended, printed } = start('dist/src/main.js');
  expect(await ended).toBe(78);
  expect(printed()).toContain('vapid.json is not JSON');
});

test('a setting that is wrong stops all of it with status 78 before anything is started', async () => {
  const { ended, printed } = start('dist/src/main.js', {
    REDIS_URL: 'redis://:pa#ss@a',
    ADMIN_KEY: 'a'.repeat(30),
  });
  expect(await ended).toBe(78);
  expect(printed()).toMatch(/2 fault\(s\)[^]*REDIS_URL[^]*ADMIN_KEY/);
});

test.each([...ROLES, 'dist/src/main.js'])(
  '%s refuses an environment in which the encryption library prints keys, in one line',
  async (path) => {
    const { ended, printed } = start(path, { ECE_KEYLOG: '1' });
    expect(await ended).toBe(78);
    expect(printed()).toBe(
      'The configuration has 1 fault(s):\n  ECE_KEYLOG: must not be 1: the keys and the text of every push message would be printed\n',
    );
  },
);
