import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareAdmin } from '../../../src/editors/admin-at-start.ts';
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

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
  editors = createEditorStore({ redis, now });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

test('of many processes that start at once, one is given the admin key, once and for all', async () => {
  const stores = Array.from({ length: 10 }, () => createEditorStore({ redis, now }));
  const results = await Promise.all(stores.map((store) => store.ensureAdmin({})));
  const created = results.flatMap((result) => (result.type === 'added' ? (result.key ?? []) : []));
  expect(created).toHaveLength(1);
  expect(await editors.authenticate(created[0] ?? '')).toMatchObject({ id: 'admin', role: 'admin' });
  expect(await editors.ensureAdmin({})).toEqual({ type: 'unchanged' });
});

test('a configured admin key replaces the one before', async () => {
  const [first, second] = ['a'.repeat(22), 'b'.repeat(22)];
  expect(await editors.ensureAdmin({ adminKey: first })).toEqual({ type: 'replaced' });
  const both = [editors.ensureAdmin({ adminKey: second }), editors.ensureAdmin({ adminKey: second })];
  expect(await Promise.all(both)).toEqual([{ type: 'replaced' }, { type: 'unchanged' }]);
  expect(await editors.authenticate(first)).toBeUndefined();
  expect(await editors.authenticate(second)).toMatchObject({ id: 'admin' });
});

test('a key has 256 random bits, is stored as its hash only, and ends when revoked or replaced', async () => {
  const { editor, key } = await editors.add({ name: 'سارة', role: 'author' });
  expect(key).toMatch(/^ajil_[\w-]{43}$/);
  expect(
    JSON.stringify([await redis.hgetall(keys.editors), await redis.hgetall(keys.editorKeys)]),
  ).not.toContain(key);
  expect(await editors.authenticate(key)).toEqual(editor);
  expect(await editors.authenticate(`${key}x`)).toBeUndefined();
  const replaced = await editors.replaceKey(editor.id);
  if (replaced.type !== 'replaced') throw new Error(replaced.type);
  expect(await editors.authenticate(key)).toBeUndefined();
  expect(await editors.authenticate(replaced.key)).toEqual(editor);
  expect((await editors.revoke(editor.id))?.revokedAt).not.toBeNull();
  expect(await editors.authenticate(replaced.key)).toBeUndefined();
  expect(await editors.revoke('nobody')).toBeUndefined();
  expect(await editors.replaceKey('nobody')).toEqual({ type: 'missing' });
});

test('revoked is for good: neither a new key nor a start brings an editor back', async () => {
  const own = await startTestRedis();
  const client = connectRedis(own.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  try {
    await waitUntilReady(client);
    const store = createEditorStore({ redis: client, now });
    const audit = createAuditLog({ redis: client, now });
    const [adminKey, another] = ['a'.repeat(22), 'b'.repeat(22)];
    const start = async (key: string | undefined): Promise<void> =>
      prepareAdmin({
        editors: store,
        audit,
        adminKey: key,
        logger: createLogger({ level: 'silent', role: 'test' }),
        onNewKey: () => undefined,
      });
    await start(adminKey);
    await start(another);
    await start(another);
    await store.revoke('admin');
    for (const key of [another, adminKey, undefined]) {
      await start(key);
      expect(await store.authenticate(key ?? another)).toBeUndefined();
      expect(await store.replaceKey('admin')).toMatchObject({ type: 'revoked', editor: { name: 'Admin' } });
    }
    expect(await client.hlen(keys.editorKeys)).toBe(0);
    const actions = (await client.xrange(keys.audit, '-', '+')).map(
      ([, fields]) => (JSON.parse(fields[1] ?? '') as { action: string }).action,
    );
    expect(actions).toEqual(['editor.add-admin', 'editor.replace-key']);
  } finally {
    await closeRedis(client);
    await own.stop();
  }
});

test('entries of several processes make one unbroken chain, and a changed one shows', async () => {
  const logs = Array.from({ length: 4 }, () => createAuditLog({ redis, now }));
  const tens = Array.from({ length: 10 }, (_, n) => ({ editorId: `e${n}`, action: 'test', target: 'x' }));
  await Promise.all(logs.flatMap((log) => tens.map((entry) => log.append(entry))));
  expect(await logs[0]?.verify()).toMatchObject({ type: 'intact', entries: 40 });
  const entries = await redis.xrange(keys.audit, '-', '+');
  const [changed = '', fields = []] = entries[20] ?? [];
  await redis.xdel(keys.audit, changed);
  expect(await logs[0]?.verify()).toMatchObject({ type: 'broken', entries: 20, streamId: entries[21]?.[0] });
  expect(fields).toContain('entry');
});

test('who waits behind a Redis that does not answer is told with the first, and later ones try again', async () => {
  const log = createAuditLog({ redis, now });
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
  expect((await ajil('audit', 'verify')).code).toBe(1);
  expect((await ajil('--help')).stdout).toContain('Exit codes');
});

test('the command line says what to do when Redis is away', async () => {
  const { code, stderr } = await ajilAt({ DATA_DIR: '/nonexistent' }, 'editors', 'list');
  expect(code).toBe(3);
  expect(stderr).toContain('npm start');
});

const ajilAt = (env: Record<string, string>, ...args: string[]): Promise<CliResult> =>
  startCli(env, args).ended;
const ajil = (...args: string[]): Promise<CliResult> => ajilAt({ REDIS_URL: server.url }, ...args);
