import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';

interface Shown {
  id: string;
  action: string;
  target: string;
  prev: string;
  hash: string;
}

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const read = (query = '', key = api.keys.admin): Promise<Answer> =>
  api.call('GET', `/v1/audit${query}`, { key });

test('only an admin reads the audit log', async () => {
  expect((await api.call('GET', '/v1/audit')).status).toBe(401);
  expect((await read('', 'ajil_unknown')).status).toBe(401);
  expect((await read('', api.keys.author)).status).toBe(403);
  expect((await read('', api.keys.approver)).status).toBe(403);
  const { status, headers } = await read();
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
});

test('the newest comes first, and the pages hold the whole chain once', async () => {
  for (let n = 0; n < 7; n++) {
    await api.deps.audit.append({ editorId: 'test', action: `test.${n}`, target: 'x' });
  }
  const all: Shown[] = [];
  for (let query = '?limit=3'; query !== '';) {
    const { entries, next } = (await read(query)).body as { entries: Shown[]; next: string | null };
    all.push(...entries);
    query = next === null ? '' : `?limit=3&before=${next}`;
  }
  const head = await api.deps.audit.head();
  expect(all).toHaveLength(head.entries);
  expect(all.slice(0, 7).map(({ action }) => action)).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `test.${n}`));
  expect(all[0]).toEqual({
    id: expect.any(String),
    at: expect.any(String),
    editorId: 'test',
    action: 'test.6',
    target: 'x',
    prev: all[1]?.hash,
    hash: head.hash,
  });
  expect(all.map(({ prev }) => prev)).toEqual([...all.slice(1).map(({ hash }) => hash), '']);
  const exact = (await read(`?limit=${head.entries}`)).body;
  expect([exact.entries, exact.next]).toEqual([all, null]);
});

test('what is written meanwhile moves no page', async () => {
  const { next } = (await read('?limit=2')).body;
  const before = (await read(`?limit=2&before=${next}`)).body;
  await api.deps.audit.append({ editorId: 'test', action: 'test.later', target: 'x' });
  expect((await read(`?limit=2&before=${next}`)).body).toEqual(before);
});

test.each([
  'before=x',
  'before=0-0',
  'before=1',
  `before=${'9'.repeat(20)}-0`,
  'before=1-',
  'limit=0',
  'limit=201',
  'limit=x',
  'after=1-0',
])('%s is refused by name', async (query) => {
  const refused = await read(`?${query}`);
  expect([refused.status, refused.body.errors[0].parameter]).toEqual([400, query.split('=')[0]]);
});

test.each([`${'9'.repeat(19)}-${'9'.repeat(19)}`, '1-0', '1-1'])(
  '%s is a place in the log',
  async (before) => {
    expect((await read(`?before=${before}`)).status).toBe(200);
  },
);

test('a damaged entry is shown for what is left of it', async () => {
  await api.deps.redis.xadd(keys.audit, '*', 'entry', '{"at":7,"action":"x"', 'hash', 'h');
  await api.deps.redis.xadd(keys.audit, '*', 'entry', '{"at":7,"action":"x"}', 'prev', 'h');
  const nothing = {
    id: expect.any(String),
    at: '',
    editorId: '',
    action: '',
    target: '',
    prev: '',
    hash: '',
  };
  expect((await read('?limit=2')).body.entries).toEqual([
    { ...nothing, action: 'x', prev: 'h' },
    { ...nothing, hash: 'h' },
  ]);
});
