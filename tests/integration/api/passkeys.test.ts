import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHALLENGE_LIFE_MS } from '../../../src/editors/passkey-challenges.ts';
import { MOST_PASSKEYS } from '../../../src/editors/passkeys.ts';
import { DEFAULT_RATE_LIMITS } from '../../../src/http/rate-limits.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { bytesOf, createAuthenticator, textOf, type Saying } from '../../support/authenticator.ts';

const SITE = { origin: 'http://ajil.test', rpId: 'ajil.test' };
type Authenticator = ReturnType<typeof createAuthenticator>;

let api: TestApi;

beforeAll(async () => {
  // What one address may get wrong is tested on its own.
  api = await startTestApi({ limits: { signIn: { points: 1000, seconds: 60 } } });
});
afterAll(() => api.close());

async function add(key: string, device: Authenticator, said: Saying = {}): Promise<Answer> {
  const options = await api.call('POST', '/v1/passkeys/registration-options', { key });
  expect(options.status).toBe(200);
  const body = { name: 'هاتفي', response: device.register(options.body, said) };
  return api.call('POST', '/v1/passkeys', { key, body });
}

async function signIn(device: Authenticator, said: Saying = {}, on = api): Promise<Answer> {
  const options = await on.call('POST', '/v1/session/passkey-options');
  return on.call('POST', '/v1/session/passkey', { body: { response: device.answer(options.body, said) } });
}

/** A new editor with a passkey. */
async function anEditor(role: 'author' | 'admin' = 'author') {
  const { editor, key } = await api.deps.editors.add({ name: 'نورة', role, by: 'test' });
  const device = createAuthenticator(SITE);
  expect((await add(key, device)).status).toBe(201);
  return { editor, key, device };
}

const cookieOf = ({ headers }: Answer): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const who = (cookie: string) => api.call('GET', '/v1/session', { headers: { Cookie: cookie } });
const audited = async () =>
  (await api.deps.redis.xrange(keys.audit, '-', '+')).map(
    ([, [, entry = '']]) => JSON.parse(entry) as { editorId: string; action: string; target: string },
  );

test('an editor adds a passkey and signs in with it, as with the key', async () => {
  const { editor, device } = await anEditor();
  const opened = await signIn(device);
  expect(opened.status).toBe(201);
  expect(opened.body).toEqual({
    editor: { id: editor.id, name: 'نورة', role: 'author' },
    csrfToken: expect.stringMatching(/^[\w-]{43}$/),
    expiresAt: expect.any(String),
  });
  expect(opened.headers.get('set-cookie')).toMatch(/^ajil-session=[\w-]{43}; .*HttpOnly; SameSite=Strict$/);
  const headers = { Cookie: cookieOf(opened), 'X-CSRF-Token': opened.body.csrfToken };
  expect((await api.call('POST', '/v1/alerts', { body: anAlert(), headers })).status).toBe(201);
  expect((await audited()).filter(({ editorId }) => editorId === editor.id).slice(0, 2)).toMatchObject([
    { action: 'passkey.add', target: device.id },
    { action: 'session.open', target: editor.id },
  ]);
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
});

test('an editor lists their own passkeys with their last use, and nobody else’s', async () => {
  const { key, device } = await anEditor();
  const list = async (of: string) => (await api.call('GET', '/v1/passkeys', { key: of })).body.passkeys;
  const passkey = { id: device.id, name: 'هاتفي', createdAt: expect.any(String) };
  expect(await list(key)).toEqual([{ ...passkey, lastUsedAt: null }]);
  await signIn(device);
  expect(await list(key)).toEqual([{ ...passkey, lastUsedAt: expect.any(String) }]);
  expect(await list(api.keys.admin)).toEqual([]);
});

test('only its editor removes a passkey: then it signs in no more, and its sessions end', async () => {
  const { editor, key, device } = await anEditor();
  const cookie = cookieOf(await signIn(device));
  const remove = (by: string) => api.call('DELETE', `/v1/passkeys/${device.id}`, { key: by });
  expect((await remove(api.keys.admin)).status).toBe(404);
  expect((await who(cookie)).status).toBe(200);
  expect((await remove(key)).status).toBe(204);
  expect((await remove(key)).status).toBe(404);
  expect((await who(cookie)).status).toBe(401);
  expect((await signIn(device)).status).toBe(401);
  const own = (await audited()).filter(({ editorId }) => editorId === editor.id);
  expect(own.filter(({ action }) => action === 'passkey.remove')).toHaveLength(1);
});

test('an admin sees and removes the passkeys of an editor, which the audit log has under the admin’s name', async () => {
  const { editor, key, device } = await anEditor();
  const cookie = cookieOf(await signIn(device));
  const at = `/v1/editors/${editor.id}/passkeys`;
  for (const by of [undefined, key, api.keys.approver]) {
    const options = by === undefined ? {} : { key: by };
    const status = by === undefined ? 401 : 403;
    expect((await api.call('GET', at, options)).status).toBe(status);
    expect((await api.call('DELETE', `${at}/${device.id}`, options)).status).toBe(status);
  }
  const list = async () => (await api.call('GET', at, { key: api.keys.admin })).body.passkeys;
  expect(await list()).toMatchObject([{ id: device.id, name: 'هاتفي', lastUsedAt: expect.any(String) }]);
  const remove = (of = at) => api.call('DELETE', `${of}/${device.id}`, { key: api.keys.admin });
  expect((await remove('/v1/editors/nobody/passkeys')).status).toBe(404);
  expect((await who(cookie)).status).toBe(200);
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(404);
  expect(await list()).toEqual([]);
  expect((await who(cookie)).status).toBe(401);
  expect((await signIn(device)).status).toBe(401);
  const removals = (await audited()).filter(({ target }) => target === device.id);
  expect(removals.map(({ action, editorId }) => [action, editorId === editor.id])).toEqual([
    ['passkey.add', true],
    ['passkey.remove', false],
  ]);
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
});

test('the passkeys of a revoked editor are still listed and can be removed', async () => {
  const { editor, device } = await anEditor();
  await api.deps.editors.revoke(editor.id, 'test');
  const at = `/v1/editors/${editor.id}/passkeys`;
  expect((await api.call('GET', at, { key: api.keys.admin })).body.passkeys).toHaveLength(1);
  expect((await api.call('DELETE', `${at}/${device.id}`, { key: api.keys.admin })).status).toBe(204);
});

test('a new key leaves passkeys and their sessions, revoking the editor ends both', async () => {
  const { editor, device } = await anEditor();
  const cookie = cookieOf(await signIn(device));
  await api.deps.editors.replaceKey(editor.id, 'test');
  expect((await who(cookie)).status).toBe(200);
  expect((await signIn(device)).status).toBe(201);
  await api.deps.editors.revoke(editor.id, 'test');
  expect((await who(cookie)).status).toBe(401);
  expect((await signIn(device)).status).toBe(401);
});

test.each<[string, Saying]>([
  ['made for another site', { origin: 'https://evil.example' }],
  ['made for a sub-domain', { origin: 'http://www.ajil.test' }],
  ['of another relying party', { rpId: 'evil.example' }],
  ['without verification of the user', { flags: 0x01 }],
  ['without the user', { flags: 0x04 }],
  ['to a challenge that nobody asked for', { challenge: 'b'.repeat(43) }],
  ['that is a registration', { type: 'webauthn.create' }],
  ['that names another editor', { userHandle: Buffer.from('admin').toString('base64url') }],
  ['whose counter went back', { counter: 6 }],
])('an answer %s does not sign in', async (_what, said) => {
  const { device } = await anEditor();
  expect((await signIn(device, { counter: 7 })).status).toBe(201);
  const refused = await signIn(device, said);
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null]);
  expect((await signIn(device, { counter: 1000 })).status).toBe(201);
});

test('another device does not sign in under the id of a passkey', async () => {
  const { editor, device } = await anEditor();
  const options = (await api.call('POST', '/v1/session/passkey-options')).body;
  const userHandle = Buffer.from(editor.id).toString('base64url');
  const forged = {
    ...createAuthenticator(SITE).answer(options, { counter: 9, userHandle }),
    id: device.id,
    rawId: device.id,
  };
  expect((await api.call('POST', '/v1/session/passkey', { body: { response: forged } })).status).toBe(401);
});

test('a challenge counts once, for five minutes, and for what it was made', async () => {
  const { key, device } = await anEditor();
  const ask = async () => (await api.call('POST', '/v1/session/passkey-options')).body;
  const answer = (options: { challenge: string }) =>
    api.call('POST', '/v1/session/passkey', { body: { response: device.answer(options) } });
  const used = await ask();
  expect((await answer(used)).status).toBe(201);
  expect((await answer(used)).status).toBe(401);

  const late = await ask();
  api.advance(CHALLENGE_LIFE_MS);
  expect((await answer(late)).status).toBe(401);

  const forRegistration = (await api.call('POST', '/v1/passkeys/registration-options', { key })).body;
  expect((await answer(forRegistration)).status).toBe(401);
  expect((await answer(await ask())).status).toBe(201);
  const left = await ask();
  expect(await api.deps.redis.pttl(keys.passkeyChallenge(left.challenge))).toBeGreaterThan(
    CHALLENGE_LIFE_MS - 60_000,
  );
});

test('a registration counts for the editor who asked, and proves a new passkey', async () => {
  const { key, device } = await anEditor();
  expect((await add(key, device)).body.errors[0].pointer).toBe('/response');
  const other = createAuthenticator(SITE);
  const options = (await api.call('POST', '/v1/passkeys/registration-options', { key })).body;
  expect(options.excludeCredentials).toMatchObject([{ id: device.id }]);
  const body = { name: 'x', response: other.register(options) };
  expect((await api.call('POST', '/v1/passkeys', { key: api.keys.admin, body })).status).toBe(422);
  for (const said of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { flags: 0x01 }]) {
    expect((await add(key, other, said)).status).toBe(422);
  }
  expect((await add(key, other)).status).toBe(201);
});

test('an attestation of its own is accepted, one with certificates is not', async () => {
  const { key } = await anEditor();
  const device = createAuthenticator(SITE);
  const packed =
    (more: Buffer, entries: number): NonNullable<Saying['attestation']> =>
    (authData, clientDataHash) =>
      Buffer.concat([
        textOf('packed'),
        textOf('attStmt'),
        Buffer.from([0xa0 + entries]),
        textOf('alg'),
        Buffer.from([0x26]),
        textOf('sig'),
        bytesOf(device.sign(Buffer.concat([authData, clientDataHash]))),
        more,
      ]);
  // The library would accept it, and for some makes ask the address in the certificate for a revocation list.
  const certificates = Buffer.concat([textOf('x5c'), Buffer.from([0x81]), bytesOf(device.certificate())]);
  expect((await add(key, device, { attestation: packed(certificates, 3) })).status).toBe(422);
  expect((await add(key, device, { attestation: packed(Buffer.alloc(0), 2) })).status).toBe(201);
});

test(`an editor has at most ${MOST_PASSKEYS} passkeys`, async () => {
  const { key } = await anEditor();
  for (let more = 1; more < MOST_PASSKEYS; more++) {
    expect((await add(key, createAuthenticator(SITE))).status).toBe(201);
  }
  const refused = await add(key, createAuthenticator(SITE));
  expect([refused.status, refused.body.type]).toEqual([409, 'http://ajil.test/problems/wrong-status']);
});

test('bodies are checked field by field, and strangers manage no passkeys', async () => {
  const { key, device } = await anEditor();
  const { response } = device.answer({ challenge: 'x' });
  const good = device.answer({ challenge: 'x' });
  for (const [pointer, body] of [
    ['/response', {}],
    ['/response/id', { response: { ...good, id: 'a'.repeat(2000) } }],
    ['/response/type', { response: { ...good, type: 'password' } }],
    ['/response/response/signature', { response: { ...good, response: { ...response, signature: '!' } } }],
    [
      '/response/response/userHandle',
      { response: { ...good, response: { ...response, userHandle: undefined } } },
    ],
  ] as const) {
    const refused = await api.call('POST', '/v1/session/passkey', { body });
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  }
  const garbage = { ...response, clientDataJSON: 'AAAA' };
  const refused = await api.call('POST', '/v1/session/passkey', {
    body: { response: { ...good, response: garbage } },
  });
  expect(refused.status).toBe(401);
  const large = await api.call('POST', '/v1/passkeys', { key, body: { name: 'x'.repeat(20_000) } });
  expect(large.status).toBe(413);
  for (const [method, path] of [
    ['GET', '/v1/passkeys'],
    ['POST', '/v1/passkeys'],
    ['POST', '/v1/passkeys/registration-options'],
    ['DELETE', `/v1/passkeys/${device.id}`],
  ] as const) {
    expect([path, (await api.call(method, path)).status]).toEqual([path, 401]);
  }
  const cookie = cookieOf(await signIn(device));
  const withoutToken = { headers: { Cookie: cookie } };
  expect((await api.call('DELETE', `/v1/passkeys/${device.id}`, withoutToken)).status).toBe(403);
  const foreign = { headers: { Origin: 'https://evil.example' } };
  expect((await api.call('POST', '/v1/session/passkey-options', foreign)).status).toBe(403);
  expect((await api.call('POST', '/v1/session/passkey', { ...foreign, body: {} })).status).toBe(403);
});

test('refused passkeys are counted as refused keys are, and an address asks for so many challenges', async () => {
  const fresh = await startTestApi({ limits: { passkeys: { points: 33, seconds: 60 } } });
  try {
    const device = createAuthenticator(SITE);
    const statuses: number[] = [];
    for (let tries = 0; tries < DEFAULT_RATE_LIMITS.signIn.points + 2; tries++) {
      statuses.push((await signIn(device, { userHandle: 'bm9ib2R5' }, fresh)).status);
    }
    expect(statuses.indexOf(429)).toBe(DEFAULT_RATE_LIMITS.signIn.points);
    expect(await fresh.deps.metrics.getSingleMetric('ajil_keys_refused_total')?.get()).toMatchObject({
      values: [{ value: DEFAULT_RATE_LIMITS.signIn.points + 2 }],
    });
    const ask = () => fresh.call('POST', '/v1/session/passkey-options');
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
  } finally {
    await fresh.close();
  }
});

test('a passkey that is used or removed between its proof and its session opens none', async () => {
  const { editor, device } = await anEditor();
  const stored = await api.deps.redis.hget(keys.passkeys(editor.id), device.id);
  const proven = { id: device.id, editor, before: `${stored} `, after: stored ?? '' };
  expect(await api.deps.sessions.openByPasskey(proven)).toBeUndefined();
  expect(await api.deps.sessions.openByPasskey({ ...proven, before: stored ?? '' })).toBeDefined();
});
