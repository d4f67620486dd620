import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cookieOf } from '../../../src/api/authentication.ts';
import { SESSION_IDLE_MS, SESSION_LIFE_MS } from '../../../src/editors/sessions.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

async function signIn(key = api.keys.author): Promise<{ cookie: string; csrf: string; setCookie: string }> {
  const { status, headers, body } = await api.call('POST', '/v1/session', { body: { key } });
  expect(status).toBe(201);
  const setCookie = headers.get('set-cookie') ?? '';
  return { cookie: setCookie.split(';')[0] ?? '', csrf: body.csrfToken, setCookie };
}

test('the cookie is out of reach of scripts and other sites, and its value is stored only as a hash', async () => {
  const { cookie, setCookie } = await signIn();
  expect(setCookie).toMatch(/^ajil-session=[\w-]{43}; /);
  expect(setCookie).toContain('HttpOnly');
  expect(setCookie).toContain('SameSite=Strict');
  expect((await api.deps.redis.keys('*session*')).join()).not.toContain(cookie.split('=')[1]);
});

test('over https the cookie is bound to the host', async () => {
  const secure = await startTestApi({
    config: { publicUrl: 'https://ajil.test', allowedOrigins: [], requireApproval: false },
  });
  try {
    const { headers } = await secure.call('POST', '/v1/session', { body: { key: secure.keys.author } });
    expect(headers.get('set-cookie')).toMatch(/^__Host-ajil-session=.*Path=\/;.*Secure/);
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  } finally {
    await secure.close();
  }
});

test('a change with the cookie needs the CSRF token and comes from our own page', async () => {
  const { cookie, csrf } = await signIn();
  const send = (headers: Record<string, string>) =>
    api.call('POST', '/v1/alerts', { body: anAlert(), headers: { Cookie: cookie, ...headers } });
  expect((await send({})).status).toBe(403);
  expect((await send({ 'X-CSRF-Token': 'wrong' })).status).toBe(403);
  for (const origin of ['https://evil.example', 'null', 'http://ajil.test.evil.example']) {
    const refused = await send({ 'X-CSRF-Token': csrf, Origin: origin });
    expect([refused.status, refused.body.type]).toEqual([403, 'http://ajil.test/problems/csrf-refused']);
  }
  expect((await send({ 'X-CSRF-Token': csrf, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  expect((await send({ 'X-CSRF-Token': csrf, Origin: 'http://ajil.test' })).status).toBe(201);
  expect((await send({ 'X-CSRF-Token': csrf, Origin: api.url })).status).toBe(201);
  const other = await signIn();
  expect((await send({ 'X-CSRF-Token': other.csrf })).status).toBe(403);
});

test('a session ends by signing out, by time, and with its API key', async () => {
  const who = (cookie: string) => api.call('GET', '/v1/session', { headers: { Cookie: cookie } });
  const left = await signIn();
  expect((await who(left.cookie)).body).toMatchObject({
    editor: { name: 'author', role: 'author' },
    csrfToken: left.csrf,
  });
  const out = { Cookie: left.cookie, 'X-CSRF-Token': left.csrf };
  expect((await api.call('DELETE', '/v1/session', { headers: out })).status).toBe(204);
  expect((await who(left.cookie)).status).toBe(401);

  const { editor, key } = await api.deps.editors.add({ name: 'brief', role: 'author', by: 'test' });
  const revoked = await signIn(key);
  await api.deps.editors.revoke(editor.id, 'test');
  expect((await who(revoked.cookie)).status).toBe(401);
  const byKey = await api.call('POST', '/v1/alerts', { key, body: anAlert() });
  expect(byKey.status).toBe(401);

  const old = await signIn();
  api.advance(SESSION_LIFE_MS + 1);
  expect((await who(old.cookie)).status).toBe(401);
});

const actions = async (): Promise<string[]> =>
  (await api.deps.redis.xrange(keys.audit, '-', '+')).map(
    ([, [, entry = '']]) => (JSON.parse(entry) as { action: string }).action,
  );
const who = (cookie: string) => api.call('GET', '/v1/session', { headers: { Cookie: cookie } });

test('signing out needs no CSRF token, comes from our own page, and is audited', async () => {
  const { cookie } = await signIn();
  const out = (headers: Record<string, string>) =>
    api.call('DELETE', '/v1/session', { headers: { Cookie: cookie, ...headers } });
  expect((await out({ Origin: 'https://evil.example' })).status).toBe(403);
  expect((await out({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  expect((await who(cookie)).status).toBe(200);
  expect((await out({ 'X-CSRF-Token': 'of yesterday', Origin: 'http://ajil.test' })).status).toBe(204);
  expect((await who(cookie)).status).toBe(401);
  expect((await actions()).slice(-2)).toEqual(['session.open', 'session.close']);
  expect((await out({})).status).toBe(204);
  expect((await actions()).at(-1)).toBe('session.close');
});

test('signing in again ends the session before, and one of which nothing is heard ends by itself', async () => {
  const first = await signIn();
  const again = await api.call('POST', '/v1/session', {
    body: { key: api.keys.author },
    headers: { Cookie: first.cookie },
  });
  expect(again.status).toBe(201);
  expect((await who(first.cookie)).status).toBe(401);

  const { cookie } = await signIn();
  for (let heard = 0; heard < 3; heard++) {
    api.advance(SESSION_IDLE_MS - 60_000);
    expect((await who(cookie)).status).toBe(200);
  }
  api.advance(SESSION_IDLE_MS + 60_000);
  expect((await who(cookie)).status).toBe(401);
});

test('a page that was reached by a name of somebody else’s may not sign in, by an address it may', async () => {
  const port = new URL(api.url).port;
  const signInFrom = (host: string) =>
    new Promise<number>((status, fail) => {
      const asked = request({ host: '127.0.0.1', port, path: '/v1/session', method: 'POST' }, (answer) =>
        status(answer.resume().statusCode ?? 0),
      );
      asked.on('error', fail);
      asked.setHeader('Host', host).setHeader('Origin', `http://${host}`);
      asked.setHeader('Content-Type', 'application/json').end(JSON.stringify({ key: api.keys.author }));
    });
  expect(await signInFrom(`rebound.example:${port}`)).toBe(403);
  for (const name of ['localhost', '127.0.0.1', '[::1]', '192.168.1.7']) {
    expect([name, await signInFrom(`${name}:${port}`)]).toEqual([name, 201]);
  }
});

test('keys that are not known are audited by their number, however many strangers show', async () => {
  const fresh = await startTestApi();
  try {
    for (let tries = 0; tries < 5; tries++) {
      await fresh.call('POST', '/v1/session', { body: { key: `guess${tries}` } });
      await fresh.call('GET', '/v1/alerts', { key: `guess${tries}` });
    }
    const entries = await fresh.deps.redis.xrange(keys.audit, '-', '+');
    const refused = entries
      .map(([, [, entry = '']]) => entry)
      .filter((entry) => entry.includes('key.refuse'));
    expect(refused).toEqual([expect.stringContaining('1 tries')]);
    expect(await fresh.deps.metrics.getSingleMetric('ajil_keys_refused_total')?.get()).toMatchObject({
      values: [{ value: 10 }],
    });
  } finally {
    await fresh.close();
  }
});

test.each([
  ['ajil-session=a', 'a'],
  ['x=1; ajil-session=a ; y=2', 'a'],
  ['x=1;\tajil-session=a', 'a'],
  ['\u00a0ajil-session=planted; ajil-session=a', 'a'],
  ['\u00a0ajil-session=planted', undefined],
  ['\ufeffajil-session=planted', undefined],
  ['\u2028ajil-session=planted', undefined],
  ['\u000bajil-session=planted', undefined],
  ['ajil-session =planted', undefined],
  ['Ajil-Session=planted', undefined],
  ['ajil-session=planted; ajil-session=a', undefined],
  ['"ajil-session"=planted', undefined],
  ['ajil-session', undefined],
  ['', undefined],
])('the cookie header %j holds the session %s', (header, value) => {
  expect(cookieOf(header, 'ajil-session')).toBe(value);
});

test('a wrong key does not sign in, nor does another site’s page', async () => {
  expect((await api.call('POST', '/v1/session', { body: { key: 'ajil_guess' } })).status).toBe(401);
  const foreign = { body: { key: api.keys.author }, headers: { Origin: 'https://evil.example' } };
  expect((await api.call('POST', '/v1/session', foreign)).status).toBe(403);
});

test('each editors’ call is refused to readers and to unknown keys', async () => {
  const { body } = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
  const calls = [
    ['POST', '/v1/alerts'],
    ['POST', `/v1/alerts/${body.id}/versions`],
    ['POST', `/v1/alerts/${body.id}/abort`],
    ['GET', `/v1/alerts/${body.id}/report`],
    ['POST', '/v1/audience/estimate'],
  ] as const;
  for (const [method, path] of calls) {
    const reader = await api.call(method, path);
    expect([path, reader.status]).toEqual([path, 401]);
    expect(reader.headers.get('www-authenticate')).toContain('Bearer');
    expect((await api.call(method, path, { key: 'ajil_unknown' })).status).toBe(401);
    const basic = await api.call(method, path, { headers: { Authorization: 'Basic YTpi' } });
    expect(basic.status).toBe(401);
  }
  expect((await api.call('GET', '/v1/alerts', { key: 'ajil_unknown' })).status).toBe(401);
});

test('what editors do stands in the audit log, in order and once', async () => {
  const before = await api.deps.audit.verify();
  const { body } = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
  await api.call('POST', `/v1/alerts/${body.id}/versions`, {
    key: api.keys.author,
    body: { change: 'correction' },
  });
  await api.call('POST', `/v1/alerts/${body.id}/abort`, { key: api.keys.author });
  const after = await api.deps.audit.verify();
  expect(after).toMatchObject({ type: 'intact', entries: before.entries + 3 });
});
