import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateVAPIDKeys } from 'web-push';
import { createAuditLog } from '../../../src/editors/audit.ts';
import { createEditorStore } from '../../../src/editors/store.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { startCli } from '../../support/cli.ts';

let api: TestApi;

beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const call = (method: string, path: string, body?: unknown, key = api.keys.admin): Promise<Answer> =>
  api.call(method, `/v1/editors${path}`, { key, ...(body === undefined ? {} : { body }) });
const add = async (role = 'author', name = 'سارة'): Promise<{ id: string; key: string }> => {
  const { status, body } = await call('POST', '', { name, role });
  expect(status).toBe(201);
  return body;
};
const ownId = async (key = api.keys.admin): Promise<string> =>
  (await api.deps.editors.authenticate(key))?.id ?? '';
const publish = async (credentials: { key: string } | { headers: Record<string, string> }): Promise<number> =>
  (await api.call('POST', '/v1/alerts', { body: anAlert(), ...credentials })).status;
const signIn = async (key: string): Promise<{ headers: Record<string, string> }> => {
  const { headers, body } = await api.call('POST', '/v1/session', { body: { key } });
  const Cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  return { headers: { Cookie, 'X-CSRF-Token': body.csrfToken } };
};
const audited = async (target: string): Promise<string[]> => {
  const entries = await api.deps.redis.xrange(keys.audit, '-', '+');
  return entries
    .map(([, fields]) => JSON.parse(fields[1] ?? '') as { action: string; target: string })
    .filter((entry) => entry.target === target)
    .map(({ action }) => action);
};
/** Another server process on the same Redis. */
const otherStore = () => {
  const { redis, now } = api.deps;
  return createEditorStore({
    redis,
    now,
    audit: createAuditLog({ redis, now, key: Buffer.alloc(32, 1) }),
  });
};

test('only an admin manages editors', async () => {
  const { id } = await add();
  const calls = [
    ['GET', '', undefined, 200],
    ['POST', '', { name: 'x', role: 'author' }, 201],
    ['PATCH', `/${id}`, { name: 'y' }, 200],
    ['POST', `/${id}/key`, undefined, 201],
  ] as const;
  for (const [method, path, body, done] of calls) {
    const options = body === undefined ? {} : { body };
    expect((await api.call(method, `/v1/editors${path}`, options)).status).toBe(401);
    expect((await call(method, path, body, 'ajil_unknown')).status).toBe(401);
    expect((await call(method, path, body, api.keys.author)).status).toBe(403);
    expect((await call(method, path, body, api.keys.approver)).status).toBe(403);
    const answer = await call(method, path, body);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([done, 'no-store']);
  }
});

test('an editor is added; the key is shown once and works', async () => {
  const added = await call('POST', '', { name: ' مكتب\tالليل ', role: 'author' });
  const { id, key } = added.body;
  expect(added.body).toEqual({ id, name: 'مكتب الليل', role: 'author', key });
  expect(await publish({ key })).toBe(201);
  const { editors } = (await call('GET', '')).body;
  expect(editors.at(-1)).toEqual({
    id,
    name: 'مكتب الليل',
    role: 'author',
    createdAt: expect.any(String),
    revokedAt: null,
  });
  expect(JSON.stringify(editors)).not.toContain(key);
  expect(await audited(id)).toContain('editor.add-author');
});

test('a name and a role change with one audit entry, and the role counts at once in sessions', async () => {
  const { id, key } = await add();
  const session = await signIn(key);
  const manage = async (): Promise<number> => (await api.call('GET', '/v1/editors', session)).status;
  expect(await manage()).toBe(403);
  const patched = await call('PATCH', `/${id}`, { name: 'Sara', role: 'admin' });
  expect([patched.status, patched.body]).toEqual([
    200,
    expect.objectContaining({ id, name: 'Sara', role: 'admin' }),
  ]);
  expect(await manage()).toBe(200);
  expect((await api.call('GET', '/v1/session', session)).body.editor).toEqual({
    id,
    name: 'Sara',
    role: 'admin',
  });
  await call('PATCH', `/${id}`, { role: 'author' });
  expect(await manage()).toBe(403);
  expect(await publish({ key })).toBe(201);
  await call('PATCH', `/${id}`, { name: 'Sara' });
  await call('PATCH', `/${id}`, {});
  const changes = (await audited(id)).filter((action) => !/session|alert|add/.test(action));
  expect(changes).toEqual(['editor.rename-and-make-admin', 'editor.make-author']);
});

test('revoking ends the key and the sessions for good', async () => {
  const { id, key } = await add();
  const session = await signIn(key);
  const revoked = await call('PATCH', `/${id}`, { revoked: true });
  expect([revoked.status, typeof revoked.body.revokedAt]).toEqual([200, 'string']);
  expect([await publish({ key }), await publish(session)]).toEqual([401, 401]);
  api.advance(1000);
  expect((await call('PATCH', `/${id}`, { revoked: true })).body).toEqual(revoked.body);
  for (const refused of [
    await call('PATCH', `/${id}`, { role: 'approver' }),
    await call('PATCH', `/${id}`, { name: 'Back' }),
    await call('POST', `/${id}/key`),
  ]) {
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'This editor was revoked for good: add the person as a new editor.',
    ]);
  }
  expect((await audited(id)).filter((action) => action === 'editor.revoke')).toHaveLength(1);
});

test('a new key ends the earlier one and its sessions, also one’s own', async () => {
  const { id, key } = await add();
  const session = await signIn(key);
  const replaced = await call('POST', `/${id}/key`);
  expect(replaced.body).toEqual({ id, name: 'سارة', role: 'author', key: expect.any(String) });
  expect([await publish({ key }), await publish(session)]).toEqual([401, 401]);
  expect(await publish({ key: replaced.body.key })).toBe(201);
  expect(await audited(id)).toContain('editor.replace-key');

  const own = await call('POST', `/${await ownId()}/key`);
  expect([own.status, (await call('GET', '')).status]).toEqual([201, 401]);
  expect((await call('GET', '', undefined, own.body.key)).status).toBe(200);
});

test('nobody revokes or demotes themselves', async () => {
  await add('admin');
  const id = await ownId();
  for (const body of [{ revoked: true }, { role: 'approver' }, { role: 'author', name: 'x' }]) {
    const refused = await call('PATCH', `/${id}`, body);
    expect([refused.status, refused.body.type]).toEqual([409, 'http://ajil.test/problems/wrong-status']);
    expect(refused.body.detail).toContain('ask another admin');
  }
  expect((await call('PATCH', `/${id}`, { role: 'admin', name: 'Chief' })).body.name).toBe('Chief');
});

test('of admins that take each other’s role at the same time, one is left', async () => {
  const [first, second] = [await ownId(), (await add('admin')).id];
  const results = await Promise.all([
    api.deps.editors.change(first, { role: 'author' }, second),
    otherStore().change(second, { revoked: true }, first),
  ]);
  expect(results.map(({ type }) => type).sort()).toEqual(['changed', 'last-admin']);
  const admins = (await api.deps.editors.list()).filter(
    ({ role, revokedAt }) => role === 'admin' && revokedAt === null,
  );
  expect(admins).toHaveLength(1);
});

test('of two changes at the same time none is lost, also by two processes, and each is audited', async () => {
  const { id } = await add();
  await Promise.all([
    call('PATCH', `/${id}`, { name: 'New name' }),
    otherStore().change(id, { role: 'approver' }, 'test'),
    call('POST', `/${id}/key`),
  ]);
  const editor = (await api.deps.editors.list()).find((one) => one.id === id);
  expect(editor).toMatchObject({ name: 'New name', role: 'approver' });
  expect((await audited(id)).sort()).toEqual([
    'editor.add-author',
    'editor.make-approver',
    'editor.rename',
    'editor.replace-key',
  ]);
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
});

test('a key that is made while its editor is revoked does not work', async () => {
  const statuses: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { id } = await add();
    const [, replaced] = await Promise.all([
      call('PATCH', `/${id}`, { revoked: true }),
      otherStore().replaceKey(id, 'test'),
    ]);
    const key = replaced.type === 'replaced' ? replaced.key : 'none';
    statuses.push(await publish({ key }));
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401]);
});

test('an unknown editor is 404', async () => {
  expect((await call('PATCH', '/nobody', { name: 'x' })).status).toBe(404);
  expect((await call('POST', '/nobody/key')).status).toBe(404);
});

test.each([
  ['POST', { name: '', role: 'author' }, '/name'],
  ['POST', { name: ' \u200e ', role: 'author' }, '/name'],
  ['POST', { name: 'a\u202eb', role: 'author' }, '/name'],
  ['POST', { name: 'a\nb', role: 'author' }, '/name'],
  ['POST', { name: 'a'.repeat(101), role: 'author' }, '/name'],
  ['POST', { name: 'x', role: 'owner' }, '/role'],
  ['POST', { name: 'x' }, '/role'],
  ['POST', { name: 'x', role: 'author', key: 'mine' }, '/key'],
  ['PATCH', { revoked: false }, '/revoked'],
  ['PATCH', { name: null }, '/name'],
  ['PATCH', { role: 'Admin' }, '/role'],
  ['PATCH', { revokedAt: null }, '/revokedAt'],
])('bad input of %s %# is named by its pointer', async (method, body, pointer) => {
  const path = method === 'PATCH' ? `/${await ownId(api.keys.author)}` : '';
  const refused = await call(method, path, body);
  expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
});

test('the command line and the API work beside each other', async () => {
  const { publicKey, privateKey } = generateVAPIDKeys();
  const env = { REDIS_URL: api.redis.url, VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
  const run = (...args: string[]) => startCli(env, args).ended;
  const { id, key } = await add();
  await call('PATCH', `/${id}`, { name: 'Renamed', role: 'approver' });
  const listed = await run('editors', 'list', '--json');
  expect(listed.stderr).toBe('');
  expect(listed.stdout).toContain('"name":"Renamed","role":"approver"');
  expect((await run('editors', 'revoke', id)).code).toBe(0);
  expect(await publish({ key })).toBe(401);
  expect((await call('PATCH', `/${id}`, { role: 'admin' })).status).toBe(409);
  expect((await run('editors', 'add', '--name', 'By hand', '--role', 'admin')).code).toBe(0);
  const { editors } = (await call('GET', '')).body;
  expect(editors.at(-1)).toMatchObject({ name: 'By hand', role: 'admin' });
  expect(editors.find((one: { id: string }) => one.id === id).revokedAt).toEqual(expect.any(String));
});

test('every editor may know the names of all, also of those who were revoked; nobody else may', async () => {
  const { id } = await add('author', 'سارة');
  await call('PATCH', `/${id}`, { revoked: true });
  const names = await api.call('GET', '/v1/editor-names', { key: api.keys.author });
  expect(names.body.names[id]).toBe('سارة');
  expect(Object.keys(names.body)).toEqual(['names']);
  expect((await api.call('GET', '/v1/editor-names')).status).toBe(401);
});
