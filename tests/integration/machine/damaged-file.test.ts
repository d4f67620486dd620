import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../../src/machine/embedded-redis.ts';
import { lockFolder } from '../../../src/machine/folder-lock.ts';
import { findRedisServer } from '../../../src/machine/server-binary.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT) ?? '';
const logger = createLogger({ level: 'silent', role: 'test' });

let dir: string;
let running: EmbeddedRedis | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ajil-file-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await rm(dir, { recursive: true, force: true });
});

const lines: string[] = [];
async function start(at = dir): Promise<Redis> {
  lines.length = 0;
  running = await startEmbeddedRedis({ binary, dir: at, log: (line) => lines.push(line) });
  const client = connectRedis(running.url, 'worker', logger);
  await waitUntilReady(client);
  return client as Redis;
}

async function stop(client: Redis): Promise<void> {
  await closeRedis(client);
  await running?.stop();
  running = undefined;
}

/** The newest part of the append-only file. */
async function newestPart(): Promise<string> {
  const names = (await readdir(join(dir, 'appendonlydir'))).filter((name) => name.includes('.incr.'));
  return join(dir, 'appendonlydir', names.sort().at(-1) ?? '');
}

test('zeros at the end, as a power cut leaves them, are cut and said, and nothing else is lost', async () => {
  const before = await start();
  await before.set('acknowledged', 'yes');
  await stop(before);
  await appendFile(await newestPart(), Buffer.alloc(4096));
  const after = await start();
  expect(await after.get('acknowledged')).toBe('yes');
  expect(lines.join('\n')).toContain('4096 zero bytes');
  await stop(after);
});

test('a file that is torn inside a transaction is written again, so that what comes after it can be mended', async () => {
  const before = await start();
  await before.set('acknowledged', 'yes');
  await before.multi().set('torn', '1').set('torn too', '2').exec();
  await stop(before);
  const part = await newestPart();
  const text = await readFile(part);
  // Cut within the last command of the transaction.
  await truncate(part, text.lastIndexOf('torn too'));

  const after = await start();
  expect(await after.get('acknowledged')).toBe('yes');
  await expect
    .poll(async () => /aof_rewrite_in_progress:0[^]*aof_rewrites:1/.test(await after.info('persistence')), {
      timeout: 10_000,
    })
    .toBe(true);
  await after.multi().set('later', '1').set('later too', '2').exec();
  await stop(after);
  // The remedy of the operator's page finds nothing to cut.
  const checked = spawnSync(checkAof(), ['--fix', join(dir, 'appendonlydir/appendonly.aof.manifest')], {
    input: 'y\n',
    encoding: 'utf8',
  });
  expect(checked.stdout).toContain('All AOF files and manifest are valid');
  const last = await start();
  expect(await last.mget('acknowledged', 'later', 'later too')).toEqual(['yes', '1', '2']);
  await stop(last);
});

/** The program that belongs to the server that is used: beside it, where `npm run setup` fetched it too. */
function checkAof(): string {
  return binary.replace(/(redis|valkey)-server$/, '$1-check-aof');
}

test('a flipped byte stops the start with advice, and the advice works on this installation', async () => {
  const before = await start();
  await before.set('first', 'yes');
  await before.set('second', 'x'.repeat(100));
  await stop(before);
  const part = await newestPart();
  const text = readFileSync(part);
  text.write('#', text.lastIndexOf('*3'));
  writeFileSync(part, text);
  await expect(start()).rejects.toThrow(/did not start/);
  const manifest = join(dir, 'appendonlydir/appendonly.aof.manifest');
  const fixed = spawnSync(checkAof(), ['--fix', manifest], { input: 'y\n', encoding: 'utf8' });
  expect([fixed.status, fixed.stderr]).toEqual([0, '']);
  const after = await start();
  expect(await after.mget('first', 'second')).toEqual(['yes', null]);
  await stop(after);
});

test('a data folder whose path is longer than a socket’s keeps its socket inside, where nobody else can take it', async () => {
  const long = join(dir, 'ب'.repeat(40), 'x'.repeat(60));
  const client = await start(long);
  await client.set('a', '1');
  expect(existsSync(join(long, 'redis.sock'))).toBe(true);
  expect(running?.url).toBe(`unix://${join(long, 'redis.sock')}`);
  await expect(startEmbeddedRedis({ binary, dir: long })).rejects.toThrow(/Another process runs a Redis/);
  await stop(client);
});

test('a name that other users can take keeps nobody from starting', async () => {
  const lock = await lockFolder(dir);
  expect(await lockFolder(dir)).toBeUndefined();
  await lock?.release();
  // What a crash leaves: a socket on which nobody listens.
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(join(dir, 'dead.sock'), resolve));
  linkSync(join(dir, 'dead.sock'), join(dir, 'lock.sock'));
  await new Promise<void>((resolve) => dead.close(() => resolve()));
  const [one, other] = await Promise.all([lockFolder(dir), lockFolder(dir)]);
  expect([one, other].filter((held) => held !== undefined)).toHaveLength(1);
  await (one ?? other)?.release();
  expect((await readdir(dir)).filter((name) => name.includes('lock'))).toEqual([]);
});

test('a server that is too old is passed over for the next one', () => {
  const old = join(dir, 'old');
  mkdirSync(old);
  for (const [name, version] of [
    ['redis-server', 'Redis server v=6.0.16 sha=00000000:0'],
    ['valkey-server', 'Valkey server v=8.1.1 sha=00000000:0'],
  ] as const) {
    writeFileSync(join(old, name), `#!/bin/sh\necho '${version}'\n`);
    chmodSync(join(old, name), 0o755);
  }
  expect(findRedisServer(old, PROJECT)).toBe(join(old, 'valkey-server'));
  rmSync(join(old, 'valkey-server'));
  expect(findRedisServer(old, dir)).toBeUndefined();
});

test('the backup of the operator’s page runs to its end under set -e, and what it holds can be restored', async () => {
  const page = readFileSync(join(PROJECT, 'docs/operations.md'), 'utf8');
  const script = /```sh\n(#!\/bin\/sh\n# ajil-backup[^]*?)```/.exec(page)?.[1] ?? '';
  expect(script).toContain('set -eu');
  const data = join(dir, 'data');
  const client = await start(join(data, 'redis'));
  await client.set('acknowledged', 'yes');
  const writing = new AbortController();
  const writer = (async () => {
    for (let i = 0; !writing.signal.aborted; i++) await client.set(`k${i % 100}`, 'x'.repeat(1000));
  })();
  const path = `${binary.replace(/\/[^/]*$/, '')}:${process.env['PATH'] ?? ''}`;
  const child = spawn('sh', ['-s', data, join(dir, 'backup.tgz')], {
    env: { PATH: path },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(script);
  const code = await new Promise((done) => child.once('exit', done));
  writing.abort();
  await writer;
  expect(code).toBe(0);
  expect(await client.config('GET', 'auto-aof-rewrite-percentage')).toEqual([
    'auto-aof-rewrite-percentage',
    '100',
  ]);
  await stop(client);

  await rm(data, { recursive: true });
  mkdirSync(data);
  expect(spawnSync('tar', ['-xzf', join(dir, 'backup.tgz'), '-C', data]).status).toBe(0);
  const restored = await start(join(data, 'redis'));
  expect(await restored.get('acknowledged')).toBe('yes');
  await stop(restored);
});
