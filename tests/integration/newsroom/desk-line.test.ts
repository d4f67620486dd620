import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
const ends: (() => void)[] = [];
beforeAll(async () => {
  api = await startTestApi();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => api.close());

interface Told {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** Follows the line as a browser does. */
async function follow(key: string): Promise<Told[]> {
  const controller = new AbortController();
  ends.push(() => controller.abort());
  const response = await fetch(`${api.url}/v1/desk/line`, {
    headers: { Authorization: `Bearer ${key}` },
    signal: controller.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const told: Told[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) told.push(JSON.parse(line.slice(6)));
    }
  };
  read().catch(() => undefined);
  await expect.poll(() => told.length).toBeGreaterThan(0);
  // It has asked for the newest entry of the log, on the connection that everything here uses: what comes later is told.
  return told;
}

const note = (on: string | null, key = api.keys.author) =>
  api.call('PUT', '/v1/desk/writing', { key, body: { on } });
const idOf = async (role: string) =>
  (await api.deps.editors.list()).find((editor) => editor.role === role)?.id;

test('what an editor does is told to the others, whoever did it', async () => {
  const told = await follow(api.keys.approver);
  const sent = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
  const action = {
    type: 'action',
    editorId: await idOf('author'),
    action: 'alert.create',
    target: sent.body.id,
  };
  await expect.poll(() => told).toContainEqual(action);
  await api.call('POST', `/v1/alerts/${sent.body.id}/abort`, { key: api.keys.author });
  await expect.poll(() => told.map((event) => event['action'])).toContain('alert.abort');
});

test('what the rules refused changes nothing, and is not told', async () => {
  const told = await follow(api.keys.approver);
  const refused = await api.call('PUT', '/v1/newsroom', { key: api.keys.author, body: {} });
  expect(refused.status).toBe(403);
  const body = anAlert({ headline: 'خبر بعد رفض', url: null });
  expect((await api.call('POST', '/v1/alerts', { key: api.keys.author, body })).status).toBe(201);
  const actions = () => told.filter(({ type }) => type === 'action').map(({ action }) => action);
  await expect.poll(actions).toEqual(['alert.create']);
  const { entries } = (await api.call('GET', '/v1/audit?limit=2', { key: api.keys.admin })).body;
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(['alert.create', 'refused']);
});

test('who is writing is told, until they stop or fall silent', async () => {
  const told = await follow(api.keys.approver);
  const writing = { editorId: await idOf('author'), on: 'new' };
  expect((await note('new')).status).toBe(204);
  await expect.poll(() => told.at(-1)).toEqual({ type: 'writing', editors: [writing] });
  // Who comes later is told, too.
  const late = await follow(api.keys.admin);
  await expect.poll(() => late.at(-1)).toEqual({ type: 'writing', editors: [writing] });
  await note(null);
  await expect.poll(() => told.at(-1)).toEqual({ type: 'writing', editors: [] });
  const id = (await api.call('GET', '/v1/alerts')).body.alerts[0].id;
  await note(id);
  await note('new');
  expect((await api.call('GET', '/v1/desk/writing', { key: api.keys.admin })).body.editors).toEqual([
    writing,
  ]);
  api.advance(20_001);
  await expect.poll(() => told.at(-1)).toEqual({ type: 'writing', editors: [] });
});

test('a burst is told by one event', async () => {
  const told = await follow(api.keys.approver);
  const entry = JSON.stringify({ editorId: 'x', action: 'alert.create', target: 'y' });
  const burst = api.deps.redis.multi();
  for (let n = 0; n < 300; n++) burst.xadd('{ajil}:audit', '*', 'entry', entry, 'prev', '', 'hash', '');
  await burst.exec();
  await expect.poll(() => told.at(-1)?.type).toBe('much');
  expect(told.length).toBeLessThan(5);
});

test('only editors follow and write, and only what there is', async () => {
  expect((await api.call('GET', '/v1/desk/line')).status).toBe(401);
  expect((await api.call('PUT', '/v1/desk/writing', { body: { on: 'new' } })).status).toBe(401);
  expect((await note('a b c')).status).toBe(422);
  expect((await api.call('HEAD', '/v1/desk/line', { key: api.keys.author })).status).toBe(200);
});

test('an editor whose key is revoked does not come back', async () => {
  const { editor, key } = await api.deps.editors.add({ name: 'زائر', role: 'author', by: 'test' });
  const told = await follow(key);
  await api.deps.editors.revoke(editor.id, 'test');
  expect((await api.call('GET', '/v1/desk/line', { key })).status).toBe(401);
  expect(told.length).toBeGreaterThan(0);
});
