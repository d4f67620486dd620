import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Chained } from '../../../src/editors/audit-chain.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { startCli, type CliResult } from '../../support/cli.ts';

/** More than a page of Redis. */
const ENTRIES = 1203;
/** The key of `startTestApi`. */
const KEY = Buffer.alloc(32, 1);

let api: TestApi;
let dir: string;

beforeAll(async () => {
  api = await startTestApi();
  dir = await mkdtemp(join(tmpdir(), 'ajil-audit-export-'));
  await writeFile(join(dir, 'audit.key'), KEY.toString('base64url'));
  const many = Array.from({ length: ENTRIES }, (_, n) => ({ editorId: 'e', action: 'test', target: `${n}` }));
  await Promise.all(many.map((entry) => api.deps.audit.append(entry)));
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});

/** With the key and without Redis: nothing listens there. */
const verify = (file: string, ...args: string[]): Promise<CliResult> =>
  startCli({ DATA_DIR: dir, REDIS_URL: 'redis://127.0.0.1:1' }, ['audit', 'verify', '--file', file, ...args])
    .ended;
const download = (key?: string) => api.call('GET', '/v1/audit/export', key === undefined ? {} : { key });

async function writeLines(name: string, lines: readonly string[]): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

test('only an admin downloads the log, and the log records it', async () => {
  expect((await download()).status).toBe(401);
  expect((await download(api.keys.approver)).status).toBe(403);
  const before = (await api.deps.audit.head()).entries;
  const { status, headers, body } = await download(api.keys.admin);
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/x-ndjson; charset=utf-8',
    'no-store',
  ]);
  const lines = String(body).trim().split('\n');
  expect(lines).toHaveLength(before + 1);
  expect(lines.at(-1)).toContain('audit.export');
  const head = await api.call('HEAD', '/v1/audit/export', { key: api.keys.admin });
  expect([head.status, (await api.deps.audit.head()).entries]).toEqual([200, before + 1]);
});

test('a downloaded log is verified away from Redis; what was changed, removed or cut off shows', async () => {
  const lines = String((await download(api.keys.admin)).body)
    .trim()
    .split('\n');
  const { hash: head } = JSON.parse(lines.at(-1) ?? '') as Chained;
  const whole = await writeLines('whole.ndjson', lines);
  expect(await verify(whole, '--head', head)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${lines.length} entries, unbroken. Head: ${head}`) as string,
  });

  const broken = { code: 1, stderr: expect.stringContaining('breaks') as string };
  const changed = lines.with(700, (lines[700] ?? '').replace('test', 'best'));
  expect(await verify(await writeLines('changed.ndjson', changed))).toMatchObject(broken);
  expect(await verify(await writeLines('removed.ndjson', lines.toSpliced(9, 1)))).toMatchObject(broken);
  const cut = await writeLines('cut.ndjson', lines.slice(0, -3));
  expect((await verify(cut)).code).toBe(0);
  expect(await verify(cut, '--head', head)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cut off') as string,
  });
  const torn = await writeLines('torn.ndjson', [...lines.slice(0, -1), lines.at(-1)?.slice(0, 40) ?? '']);
  expect(await verify(torn)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Line ${lines.length} of`) as string,
  });
  expect(await verify(join(dir, 'none.ndjson'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Cannot read') as string,
  });
  await writeFile(join(dir, 'audit.key'), Buffer.alloc(32, 2).toString('base64url'));
  expect(await verify(whole)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('under this key') as string,
  });
  await writeFile(join(dir, 'audit.key'), KEY.toString('base64url'));
});

test('the command line exports the same, into a file that its owner alone reads', async () => {
  const env = { DATA_DIR: dir, REDIS_URL: api.redis.url };
  const file = join(dir, 'cli.ndjson');
  const { code, stderr } = await startCli(env, ['audit', 'export', '--file', file]).ended;
  const { entries, hash } = await api.deps.audit.head();
  expect([code, stderr.trim()]).toEqual([0, `${entries} entries exported. Head: ${hash}`]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await verify(file, '--head', hash)).code).toBe(0);
  const { stdout } = await startCli(env, ['audit', 'export']).ended;
  expect(stdout.startsWith(await readFile(file, 'utf8'))).toBe(true);
  expect(stdout.trim().split('\n')).toHaveLength(entries + 1);
});
