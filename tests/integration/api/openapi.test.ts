import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createAuthenticator } from '../../support/authenticator.ts';
import { anAlert, aSubscription, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

interface Description {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  components: { schemas: { Problem: object } };
}

let api: TestApi;
let description: Description;

beforeAll(async () => {
  api = await startTestApi();
  description = (await api.call('GET', '/openapi.json')).body as Description;
});
afterAll(() => api.close());

/** Fails unless the answer is of a status and shape that the description gives for this call. */
function expectDescribed(answer: Answer, method: string, path: string): void {
  const responses = description.paths[path]?.[method]?.responses ?? {};
  expect(Object.keys(responses)).toContain(String(answer.status));
  const type = answer.status < 400 ? 'application/json' : 'application/problem+json';
  const described = responses[answer.status]?.content?.[type]?.schema;
  if (described === undefined) return;
  const schema = type === 'application/json' ? described : description.components.schemas.Problem;
  z.fromJSONSchema(schema as z.core.JSONSchema.BaseSchema).parse(answer.body);
}

test('every resource of the API is described, and the API routes no other path', async () => {
  const folder = new URL('../../../src/api/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const paths: string[] = [];
  for (const file of files) {
    const module = (await import(new URL(file, folder).href)) as object;
    for (const value of Object.values(module)) {
      if (value instanceof Object && 'operations' in value && 'path' in value) paths.push(String(value.path));
    }
    if (file !== 'docs.ts') {
      expect([file, await readFile(new URL(file, folder), 'utf8')]).toEqual([
        file,
        expect.not.stringMatching(/route\(\w+, ['"`]/),
      ]);
    }
  }
  const described = Object.keys(description.paths);
  expect(described.map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1')).sort()).toEqual(paths.sort());
});

test('the described methods are those that each path knows', async () => {
  for (const [path, methods] of Object.entries(description.paths)) {
    const answer = await api.call('OPTIONS', path.replace('{id}', 'x'));
    const allow = (answer.headers.get('allow') ?? '')
      .split(', ')
      .filter((name) => !/HEAD|OPTIONS/.test(name));
    expect([path, allow.sort()]).toEqual([
      path,
      Object.keys(methods)
        .map((name) => name.toUpperCase())
        .sort(),
    ]);
  }
});

test('what the API answers is what the description says', async () => {
  const { author } = api.keys;
  const check = async (method: string, path: string, at: string, options: object = {}): Promise<Answer> => {
    const answer = await api.call(method.toUpperCase(), at, options);
    expectDescribed(answer, method, path);
    return answer;
  };
  const created = await check('post', '/v1/alerts', '/v1/alerts', { key: author, body: anAlert() });
  const at = `/v1/alerts/${created.body.id}`;
  await check('post', '/v1/alerts', '/v1/alerts', { key: author, body: { headline: '' } });
  await check('post', '/v1/alerts', '/v1/alerts', { body: {} });
  await check('get', '/v1/alerts', '/v1/alerts');
  await check('get', '/v1/alerts', '/v1/alerts', { key: author });
  await check('get', '/v1/alerts', '/v1/alerts?limit=x');
  await check('get', '/v1/alerts/{id}', at);
  await check('get', '/v1/alerts/{id}', at, { key: author });
  await check('get', '/v1/alerts/{id}/report', `${at}/report`, { key: author });
  await check('post', '/v1/alerts/{id}/versions', `${at}/versions`, {
    key: author,
    body: { change: 'update' },
  });
  await check('get', '/v1/alerts/{id}/versions', `${at}/versions`, { key: author });
  await check('get', '/v1/alerts/{id}/versions', `${at}/versions`);
  await check('get', '/v1/editor-names', '/v1/editor-names', { key: author });
  await check('post', '/v1/alerts/{id}/abort', `${at}/abort`, { key: author });
  await check('post', '/v1/alerts/{id}/abort', `${at}/abort`, { key: author });
  await check('post', '/v1/alerts/{id}/test', `${at}/test`, { key: author });
  const device = { subscription: aSubscription(), name: 'هاتفي' };
  const owned = await check('post', '/v1/test-devices', '/v1/test-devices', { key: author, body: device });
  await check('post', '/v1/test-devices', '/v1/test-devices', { key: author, body: {} });
  await check('post', '/v1/alerts/{id}/test', `${at}/test`, { key: author });
  await check('get', '/v1/test-devices', '/v1/test-devices', { key: author });
  await check('get', '/v1/test-devices', '/v1/test-devices');
  const testDevice = `/v1/test-devices/${owned.body.id}`;
  await check('delete', '/v1/test-devices/{id}', testDevice, { key: author });
  await check('delete', '/v1/test-devices/{id}', testDevice, { key: author });
  await check('get', '/v1/goal', '/v1/goal', { key: author });
  await check('get', '/v1/goal', '/v1/goal');
  const named = { name: 'زلزال', lang: 'ar' };
  const story = (await check('post', '/v1/stories', '/v1/stories', { key: author, body: named })).body.id;
  await check('post', '/v1/stories', '/v1/stories', { key: author, body: {} });
  await check('get', '/v1/stories', '/v1/stories');
  await check('get', '/v1/stories/{id}', `/v1/stories/${story}`);
  await api.call('POST', '/v1/alerts', { key: author, body: anAlert({ story }) });
  await check('get', '/v1/stories/{id}', `/v1/stories/${story}`);
  await check('get', '/v1/stories/{id}', '/v1/stories/none');
  const renamed = { key: author, body: { name: 'زلزال آخر' } };
  await check('patch', '/v1/stories/{id}', `/v1/stories/${story}`, renamed);
  await check('patch', '/v1/stories/{id}', '/v1/stories/none', renamed);
  const estimate = { topics: ['world'], lang: 'ar', story };
  await check('post', '/v1/audience/estimate', '/v1/audience/estimate', { key: author, body: estimate });
  await check('get', '/v1/audience/health', '/v1/audience/health', { key: api.keys.approver });
  await check('get', '/v1/audience/health', '/v1/audience/health', { key: author });
  await check('get', '/v1/config', '/v1/config');
  const newsroom = (await check('get', '/v1/newsroom', '/v1/newsroom')).body;
  await check('put', '/v1/newsroom', '/v1/newsroom', { key: api.keys.admin, body: newsroom });
  await check('put', '/v1/newsroom', '/v1/newsroom', { key: api.keys.admin, body: {} });
  await check('put', '/v1/newsroom', '/v1/newsroom', { key: author, body: newsroom });
  const text = { headline: 'وفاة الوزير', lang: 'ar', url: 'https://127.0.0.1/' };
  await check('post', '/v1/checks', '/v1/checks', { key: author, body: text });
  await check('post', '/v1/checks', '/v1/checks', { key: author, body: {} });
  const article = { url: 'https://127.0.0.1/' };
  await check('post', '/v1/articles/preview', '/v1/articles/preview', { key: author, body: article });
  const subscription = aSubscription();
  const body = {
    subscription,
    topics: ['world'],
    quietHours: { start: '22:00', end: '07:00', timeZone: 'Asia/Riyadh' },
  };
  const subscribed = await check('post', '/v1/subscriptions', '/v1/subscriptions', { body });
  const proof = { headers: { Authorization: `Subscription ${subscription.keys.auth}` } };
  const path = '/v1/subscriptions/{id}';
  await check('get', path, `/v1/subscriptions/${subscribed.body.id}`, proof);
  await check('get', path, `/v1/subscriptions/${subscribed.body.id}`);
  await check('patch', path, `/v1/subscriptions/${subscribed.body.id}`, {
    ...proof,
    body: { topics: ['world'] },
  });
  const followed = `/v1/subscriptions/${subscribed.body.id}/stories`;
  await check('get', `${path}/stories`, followed, proof);
  await check('get', `${path}/stories`, followed);
  const oneStory = `${path}/stories/{storyId}`;
  await check('put', oneStory, `${followed}/${story}`, proof);
  await check('put', oneStory, `${followed}/${story}`);
  await check('delete', oneStory, `${followed}/${story}`, proof);
  await api.call('PATCH', `/v1/stories/${story}`, { key: author, body: { ended: true } });
  await check('put', oneStory, `${followed}/${story}`, proof);
  await check('delete', path, `/v1/subscriptions/${subscribed.body.id}`, proof);
  await check('post', '/v1/receipts', '/v1/receipts', { body: {} });
  const form = { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
  const hub = {
    'hub.mode': 'subscribe',
    'hub.topic': 'http://ajil.test/feeds/all.rss',
    'hub.callback': 'https://subscriber.example/cb',
  };
  await check('post', '/websub', '/websub', { ...form, body: String(new URLSearchParams(hub)) });
  expect(api.hubRequests).toMatchObject([{ mode: 'subscribe', secret: null }]);
  await check('post', '/websub', '/websub', { ...form, body: 'hub.mode=subscribe' });
  await check('post', '/websub', '/websub', { body: {} });
  await check('post', '/v1/session', '/v1/session', { body: { key: author } });
  const asked = '/v1/passkeys/registration-options';
  const options = (await check('post', asked, asked, { key: author })).body;
  await check('post', asked, asked);
  const authenticator = createAuthenticator({ origin: 'http://ajil.test', rpId: 'ajil.test' });
  const passkey = { name: 'هاتفي', response: authenticator.register(options) };
  const made = await check('post', '/v1/passkeys', '/v1/passkeys', { key: author, body: passkey });
  await check('post', '/v1/passkeys', '/v1/passkeys', { key: author, body: passkey });
  await check('get', '/v1/passkeys', '/v1/passkeys', { key: author });
  await check('get', '/v1/passkeys', '/v1/passkeys');
  const signInOptions = '/v1/session/passkey-options';
  const response = authenticator.answer((await check('post', signInOptions, signInOptions)).body);
  await check('post', '/v1/session/passkey', '/v1/session/passkey', { body: { response } });
  await check('post', '/v1/session/passkey', '/v1/session/passkey', { body: { response } });
  await check('post', '/v1/session/passkey', '/v1/session/passkey', { body: {} });
  await check('delete', '/v1/passkeys/{id}', `/v1/passkeys/${made.body.id}`, { key: author });
  await check('delete', '/v1/passkeys/{id}', `/v1/passkeys/${made.body.id}`, { key: author });
  await check('get', '/v1/session', '/v1/session');
  await check('put', '/v1/desk/writing', '/v1/desk/writing', { key: author, body: { on: 'new' } });
  await check('put', '/v1/desk/writing', '/v1/desk/writing', { key: author, body: {} });
  await check('get', '/v1/desk/writing', '/v1/desk/writing', { key: author });
  const { admin } = api.keys;
  const settings = { type: 'ninjs', topics: { default: 'world' } };
  await check('put', '/v1/sources/{id}', '/v1/sources/agency', { key: admin, body: settings });
  await check('put', '/v1/sources/{id}', '/v1/sources/agency', { key: admin, body: settings });
  await check('put', '/v1/sources/{id}', '/v1/sources/agency', { key: author, body: settings });
  await check('get', '/v1/sources', '/v1/sources', { key: admin });
  const item = { uri: 'urn:example:1', headline: 'خبر من وكالة' };
  await check('post', '/v1/intake/{id}', '/v1/intake/agency', { key: author, body: item });
  await check('post', '/v1/intake/{id}', '/v1/intake/agency', { key: author, body: {} });
  await check('post', '/v1/intake/{id}', '/v1/intake/nobody', { key: author, body: item });
  await check('post', '/v1/intake/{id}', '/v1/intake/agency', { body: item });
  await check('get', '/v1/sources/{id}/items', '/v1/sources/agency/items', { key: author });
  await check('get', '/v1/sources/{id}/items', '/v1/sources/agency/items?limit=0', { key: author });
  await check('get', '/v1/sources/{id}/items', '/v1/sources/nobody/items', { key: author });
  await check('get', '/v1/sources', '/v1/sources', { key: admin });
  await check('delete', '/v1/sources/{id}', '/v1/sources/agency', { key: admin });
  const topic = { names: { ar: 'صحة' }, order: 1, default: false };
  await check('get', '/v1/topics', '/v1/topics');
  await check('put', '/v1/topics/{id}', '/v1/topics/health', { key: admin, body: topic });
  await check('put', '/v1/topics/{id}', '/v1/topics/health', { key: admin, body: { ...topic, order: 2 } });
  await check('put', '/v1/topics/{id}', '/v1/topics/health', { key: admin, body: {} });
  const onlyNew = { headers: { 'If-None-Match': '*' } };
  await check('put', '/v1/topics/{id}', '/v1/topics/health', { key: admin, body: topic, ...onlyNew });
  await check('put', '/v1/topics/{id}', '/v1/topics/health', { key: author, body: topic });
  await check('put', '/v1/topics/{id}', '/v1/topics/all', { key: admin, body: topic });
  await check('delete', '/v1/topics/{id}', '/v1/topics/health', { body: topic });
  await check('delete', '/v1/topics/{id}', '/v1/topics/health', { key: admin });
  await check('delete', '/v1/topics/{id}', '/v1/topics/health', { key: admin });
  await check('get', '/v1/editors', '/v1/editors', { key: admin });
  await check('get', '/v1/editors', '/v1/editors', { key: author });
  const person = { name: 'ليلى', role: 'admin' };
  const added = await check('post', '/v1/editors', '/v1/editors', { key: admin, body: person });
  const editor = `/v1/editors/${added.body.id}`;
  await check('post', '/v1/editors', '/v1/editors', { key: admin, body: { ...person, role: 'king' } });
  await check('patch', '/v1/editors/{id}', editor, { key: admin, body: { role: 'author' } });
  await check('patch', '/v1/editors/{id}', editor, { key: admin, body: { revoked: false } });
  await check('patch', '/v1/editors/{id}', '/v1/editors/nobody', { key: admin, body: {} });
  await check('post', '/v1/editors/{id}/key', `${editor}/key`, { key: admin });
  const of = '/v1/editors/{id}/passkeys';
  await check('get', of, `${editor}/passkeys`, { key: admin });
  await check('get', of, `${editor}/passkeys`, { key: author });
  await check('get', of, '/v1/editors/nobody/passkeys', { key: admin });
  await check('delete', `${of}/{passkey}`, `${editor}/passkeys/none`, { key: admin });
  await check('patch', '/v1/editors/{id}', editor, { key: admin, body: { revoked: true } });
  await check('post', '/v1/editors/{id}/key', `${editor}/key`, { key: admin });
  await check('get', '/v1/audit', '/v1/audit?limit=5', { key: admin });
  await check('get', '/v1/audit', '/v1/audit?limit=0', { key: admin });
  await check('get', '/v1/audit', '/v1/audit', { key: author });
  await check('get', '/v1/audit/export', '/v1/audit/export', { key: admin });
  await check('get', '/v1/audit/export', '/v1/audit/export', { key: author });
  await check('get', '/readyz', '/readyz');
  await check('get', '/healthz', '/healthz');
  await check('get', '/metrics', '/metrics');
  expect(created.status).toBe(201);
});

test('the documentation page loads only files of ours', async () => {
  const page = await api.call('GET', '/docs');
  const links = [...String(page.body).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) expect([link, (await api.call('GET', link)).status]).toEqual([link, 200]);
  expect(page.body).not.toMatch(/<script(?! src)/);
});
