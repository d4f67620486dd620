import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateVAPIDKeys } from 'web-push';
import { prepareAdmin } from '../../../src/editors/admin-at-start.ts';
import { loadAuditKey } from '../../../src/editors/audit-key.ts';
import { createAuditLog } from '../../../src/editors/audit.ts';
import { createEditorStore, type EditorStore } from '../../../src/editors/store.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startCli, type CliResult } from '../../support/cli.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const now = Date.now;
let server: TestRedis;
let redis: Redis;
let editors: EditorStore;
/** Of the command line's environment: the log's key comes of it. */
const vapid = generateVAPIDKeys();
let key: Buffer;
const logOf = (client: Redis) => createAuditLog({ redis: client, now, key });
const storeOf = (client: Redis) => createEditorStore({ redis: client, now, audit: logOf(client) });

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
  key = await loadAuditKey({ dataDir: '', vapidPrivateKey: vapid.privateKey, mayCreate: false });
  editors = storeOf(redis);
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

test('of many processes that start at once, one is given the admin key, once and for all', async () => {
  const stores = Array.from({ length: 10 }, () => storeOf(redis));
  const results = await Promise.all(stores.map((store) => store.ensureAdmin({})));
  const created = results.flatMap((result) => (result.type === 'added' ? (result.key ?? []) : []));
  expect(created).toHaveLength(1);
  expect(await editors.authenticate(created[0] ?? '')).toMatchObject({ id: 'admin', role: 'admin' });
  expect(await editors.ensureAdmin({})).toEqual({ type: 'unchanged', role: 'admin' });
});

test('a configured admin key replaces the one before', async () => {
  const [first, second] = ['a'.repeat(22), 'b'.repeat(22)];
  const before = await editors.list();
  expect(await editors.ensureAdmin({ adminKey: first })).toMatchObject({ type: 'replaced' });
  const both = [editors.ensureAdmin({ adminKey: second }), editors.ensureAdmin({ adminKey: second })];
  expect(await Promise.all(both)).toMatchObject([{ type: 'replaced' }, { type: 'unchanged' }]);
  expect(await editors.authenticate(first)).toBeUndefined();
  expect(await editors.authenticate(second)).toMatchObject({ id: 'admin' });
  expect(await editors.list()).toEqual(before);
});

test('a key has 256 random bits, is stored as its hash only, and ends when revoked or replaced', async () => {
  const { editor, key } = await editors.add({ name: 'سارة', role: 'author', by: 'test' });
  expect(key).toMatch(/^ajil_[\w-]{43}$/);
  expect(
    JSON.stringify([await redis.hgetall(keys.editors), await redis.hgetall(keys.editorKeys)]),
  ).not.toContain(key);
  expect(await editors.authenticate(key)).toEqual(editor);
  expect(await editors.authenticate(`${key}x`)).toBeUndefined();
  const replaced = await editors.replaceKey(editor.id, 'test');
  if (replaced.type !== 'replaced') throw new Error(replaced.type);
  expect(await editors.authenticate(key)).toBeUndefined();
  expect(await editors.authenticate(replaced.key)).toEqual(editor);
  expect((await editors.revoke(editor.id, 'test'))?.revokedAt).not.toBeNull();
  expect(await editors.authenticate(replaced.key)).toBeUndefined();
  expect(await editors.revoke('nobody', 'test')).toBeUndefined();
  expect(await editors.replaceKey('nobody', 'test')).toEqual({ type: 'missing' });
});

test('revoked is for good: neither a new key nor a start brings an editor back', async () => {
  const own = await startTestRedis();
  const client = connectRedis(own.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  try {
    await waitUntilReady(client);
    const store = storeOf(client);
    const [adminKey, another] = ['a'.repeat(22), 'b'.repeat(22)];
    const start = async (key: string | undefined): Promise<void> =>
      prepareAdmin({
        editors: store,
        adminKey: key,
        logger: createLogger({ level: 'silent', role: 'test' }),
        onNewKey: () => undefined,
      });
    await start(adminKey);
    await start(another);
    await start(another);
    await store.revoke('admin', 'test');
    for (const key of [another, adminKey, undefined]) {
      await start(key);
      expect(await store.authenticate(key ?? another)).toBeUndefined();
      expect(await store.replaceKey('admin', 'test')).toMatchObject({
        type: 'revoked',
        editor: { name: 'Admin' },
      });
    }
    expect(await client.hlen(keys.editorKeys)).toBe(0);
    const actions = (await client.xrange(keys.audit, '-', '+')).map(
      ([, fields]) => (JSON.parse(fields[1] ?? '') as { action: string }).action,
    );
    expect(actions).toEqual([
      'editor.set-admin-key',
      'editor.set-admin-key',
      'editor.revoke',
      ...Array.from({ length: 3 }, () => 'editor.replace-key-refused'),
    ]);
  } finally {
    await closeRedis(client);
    await own.stop();
  }
});

test('entries of several processes make one unbroken chain, and a changed one shows', async () => {
  await redis.del(keys.audit);
  const logs = Array.from({ length: 4 }, () => logOf(redis));
  const tens = Array.from({ length: 10 }, (_, n) => ({ editorId: `e${n}`, action: 'test', target: 'x' }));
  await Promise.all(logs.flatMap((log) => tens.map((entry) => log.append(entry))));
  expect(await logs[0]?.verify()).toMatchObject({ type: 'intact', entries: 40 });
  const entries = await redis.xrange(keys.audit, '-', '+');
  const [changed = '', fields = []] = entries[20] ?? [];
  await redis.xdel(keys.audit, changed);
  expect(await logs[0]?.verify()).toMatchObject({ type: 'broken', entries: 20, streamId: entries[21]?.[0] });
  expect(fields).toContain('entry');
});

/** Makes the whole chain anew, as one can who writes to Redis and knows how the hashes are made but not their key. */
async function forge(
  change: (entry: string) => string,
  hash: (prev: string, entry: string) => string,
): Promise<void> {
  const entries = (await redis.xrange(keys.audit, '-', '+')).map(([, [, entry = '']]) => change(entry));
  await redis.del(keys.audit);
  let prev = '';
  for (const entry of entries) {
    const next = hash(prev, entry);
    await redis.xadd(keys.audit, '*', 'entry', entry, 'prev', prev, 'hash', next);
    prev = next;
  }
}

test('a chain that was written again without the key shows, and so does one that was cut off or removed', async () => {
  const verify = (...args: string[]) => ajil('audit', 'verify', ...args);
  await redis.del(keys.audit);
  const log = logOf(redis);
  for (const target of ['a', 'b', 'c']) await log.append({ editorId: 'e', action: 'test', target });
  const { hash: head } = await log.head();
  expect(await verify('--head', head)).toMatchObject({ code: 0, stdout: expect.stringContaining(head) });

  const [newest] = await redis.xrevrange(keys.audit, '+', '-', 'COUNT', 1);
  await redis.xdel(keys.audit, newest?.[0] ?? '');
  expect(await verify()).toMatchObject({ code: 0 });
  expect(await verify('--head', head)).toMatchObject({ code: 1, stderr: expect.stringContaining('cut off') });

  const change = (entry: string): string => entry.replace('"e"', '"x"');
  const keyId = head.split('.')[0] ?? '';
  const sha = (prev: string, entry: string): string =>
    createHash('sha256').update(`${prev}\n${entry}`).digest('hex');
  await forge(change, (prev, entry) => `${keyId}.${sha(prev, entry)}`);
  expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('breaks') });
  await forge(change, sha);
  expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('under this key') });
  // What was there before the key counts as far as its order goes, and is said.
  await logOf(redis).append({ editorId: 'e', action: 'test', target: 'd' });
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('under other keys') });

  await redis.del(keys.audit);
  expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('removed') });
});

test('what the command line refuses is audited', async () => {
  await redis.del(keys.audit);
  await ajil('keys', 'replace', 'nobody');
  await ajil('editors', 'revoke', 'nobody');
  const actions = (await redis.xrange(keys.audit, '-', '+')).map(([, [, entry = '']]) => entry);
  expect(actions.join()).toMatch(/editor\.replace-key-refused.*nobody.*editor\.revoke-refused.*nobody/);
});

test('a machine alone keeps the log’s key in its folder, and no command makes another for a log that has entries', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-audit-'));
  const load = (mayCreate: boolean) => loadAuditKey({ dataDir: dir, vapidPrivateKey: undefined, mayCreate });
  await expect(load(false)).rejects.toThrow('audit.key');
  const [first, ...others] = await Promise.all([load(true), load(true), load(true)]);
  expect(others).toEqual([first, first]);
  expect(await load(false)).toEqual(first);
  expect((await stat(join(dir, 'audit.key'))).mode & 0o777).toBe(0o600);
  expect(await ajilAt({ REDIS_URL: server.url, DATA_DIR: '/nonexistent' }, 'audit', 'verify')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('DATA_DIR'),
  });
  await rm(dir, { recursive: true });
});

test('actions behind a Redis that does not answer fail with the first, and later ones try again', async () => {
  const log = logOf(redis);
  const entry = { editorId: 'e', action: 'test', target: 'x' };
  const tried: string[] = [];
  const fail = (name: string) =>
    log.commit(entry, () => {
      tried.push(name);
      return Promise.reject(new Error('Command timed out'));
    });
  const results = await Promise.allSettled([fail('first'), fail('second'), fail('third')]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(tried).toEqual(['first']);
  await log.append(entry);
});

test('the command line adds, lists and revokes, and tells by its exit code what went wrong', async () => {
  const added = await ajil('editors', 'add', '--name', 'ليلى', '--role', 'approver');
  expect(added.code).toBe(0);
  const key = added.stdout.trim().split('\n').at(-1) ?? '';
  const editor = await editors.authenticate(key);
  expect(editor).toMatchObject({ name: 'ليلى', role: 'approver' });
  expect((await ajil('editors', 'list')).stdout).toContain(editor?.id);
  expect((await ajil('editors', 'revoke', editor?.id ?? '')).code).toBe(0);
  expect(await editors.authenticate(key)).toBeUndefined();
  const again = await ajil('keys', 'replace', editor?.id ?? '');
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('for good') });
  expect(await ajil('editors', 'revoke', 'nobody')).toMatchObject({ code: 1 });
  expect(await ajil('editors', 'add', '--name', 'x', '--role', 'king')).toMatchObject({ code: 2 });
  const names = ['', ' \u200f ', '\u2800', 'a\u202eb', 'a\ufffd', 'a\nb', 'a'.repeat(101)];
  const refused = await Promise.all(names.map((name) => ajil('editors', 'add', '--name', name)));
  const asWrongUsage = { code: 2, stdout: '', stderr: expect.stringContaining('--name') as string };
  expect(refused).toEqual(names.map(() => asWrongUsage));
  expect((await ajil('audit', 'verify')).code).toBe(0);
  expect((await ajil('--help')).stdout).toContain('Exit codes');
});

test('the command line revokes the last admin only when it is told to', async () => {
  await redis.flushall();
  const adminKey = `ajil_${randomBytes(32).toString('base64url')}`;
  await editors.ensureAdmin({ adminKey });
  const works = async (): Promise<boolean> => (await editors.authenticate(adminKey)) !== undefined;
  expect(await ajil('editors', 'revoke', 'admin')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/last admin.*editors add.*--last-admin/),
  });
  expect(await works()).toBe(true);
  const { editor } = await editors.add({ name: 'نورة', role: 'admin', by: 'test' });
  expect((await ajil('editors', 'revoke', 'admin')).code).toBe(0);
  expect(await works()).toBe(false);
  expect((await ajil('editors', 'revoke', editor.id)).code).toBe(1);
  expect((await ajil('editors', 'revoke', editor.id, '--last-admin')).code).toBe(0);
  const entries = await redis.xrange(keys.audit, '-', '+');
  const actions = entries.map(([, fields]) => (JSON.parse(fields[1] ?? '') as { action: string }).action);
  expect(actions.filter((action) => action.startsWith('editor.revoke'))).toEqual([
    'editor.revoke-refused',
    'editor.revoke',
    'editor.revoke-refused',
    'editor.revoke',
  ]);
});

test('a key for an admin who was given another role keeps that role, and it is said', async () => {
  await redis.flushall();
  const adminKey = `ajil_${randomBytes(32).toString('base64url')}`;
  await editors.ensureAdmin({ adminKey });
  await editors.add({ name: 'نورة', role: 'admin', by: 'test' });
  await editors.change('admin', { role: 'author' }, 'test');
  const warned: string[] = [];
  const logger = { warn: (...said: unknown[]): void => void warned.push(String(said.at(-1))) };
  await prepareAdmin({ editors, adminKey, logger, onNewKey: () => undefined });
  expect(warned).toEqual([expect.stringMatching(/no longer an admin.*editors add --role admin/)]);
  expect(await editors.authenticate(adminKey)).toMatchObject({ id: 'admin', role: 'author' });
  expect(await ajil('keys', 'replace', 'admin')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\(author; .*no longer an admin/s),
  });
});

test('the command line says what to do when Redis is away', async () => {
  const { code, stderr } = await ajilAt({ DATA_DIR: '/nonexistent' }, 'editors', 'list');
  expect(code).toBe(3);
  expect(stderr).toContain('npm start');
});

const ajilAt = (env: Record<string, string>, ...args: string[]): Promise<CliResult> =>
  startCli(env, args).ended;
const ajil = (...args: string[]): Promise<CliResult> =>
  ajilAt(
    {
      REDIS_URL: server.url,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
    },
    ...args,
  );
