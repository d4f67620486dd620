import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_ARRIVALS } from '../../../src/intake/arrivals.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';

const SECRET = 'the-secret-of-the-agency';
const MINUTE = 60_000;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const put = (id: string, fields: object = {}): Promise<Answer> =>
  api.call('PUT', `/v1/sources/${id}`, {
    key: api.keys.admin,
    body: { type: 'ninjs', secret: SECRET, topics: { default: 'world' }, ...fields },
  });
const post = (id: string, item: object): Promise<Answer> =>
  api.call('POST', `/v1/intake/${id}`, { headers: { Authorization: `Bearer ${SECRET}` }, body: item });
const items = async (id: string, query = '', key = api.keys.author) =>
  (await api.call('GET', `/v1/sources/${id}/items${query}`, { key })).body.items;
const stateOf = async (id: string) => {
  const { body } = await api.call('GET', '/v1/sources', { key: api.keys.admin });
  return (
    body.sources as { id: string; state: { heardAt: string | null; silentSince: string | null } }[]
  ).find((source) => source.id === id)?.state;
};
const silent = async (id: string): Promise<string | undefined> =>
  /* prettier-ignore */ new RegExp(`ajil_source_silent\\{source="${id}"[^}]*\\} (\\d)`).exec(await api.deps.metrics.metrics())?.[1];

test('editors see what came, newest first: what became of it, and why nothing did', async () => {
  await put('agency');
  const made = await post('agency', { uri: 'urn:1', headline: 'خبر من الوكالة' });
  await post('agency', { uri: 'urn:2', type: 'picture', headline: 'صورة' });
  await post('agency', { uri: 'urn:3' });
  await post('agency', []);
  expect(await items('agency')).toMatchObject([
    { action: 'refused', item: null, headline: null, reason: expect.stringContaining('ninjs item') },
    { action: 'refused', item: null, reason: expect.stringContaining('/headline is missing') },
    { action: 'ignored', item: 'urn:2', headline: 'صورة', reason: expect.stringContaining('picture') },
    {
      action: 'created',
      item: 'urn:1',
      headline: 'خبر من الوكالة',
      alertId: made.body.alertId,
      status: 'draft',
      reason: null,
      at: expect.any(String),
    },
  ]);
  expect(await items('agency', '?limit=1')).toHaveLength(1);
  expect((await api.call('GET', '/v1/sources/agency/items')).status).toBe(401);
  expect((await api.call('GET', '/v1/sources/nobody/items', { key: api.keys.author })).status).toBe(404);
});

test('the list is bounded, and goes with its source', async () => {
  await put('busy');
  for (let n = 0; n < MOST_ARRIVALS + 5; n++) {
    const arrival = {
      item: String(n),
      headline: null,
      action: 'ignored',
      alertId: null,
      status: null,
    } as const;
    await api.arrivals.note('busy', { ...arrival, reason: 'x'.repeat(5000), why: null });
  }
  const listed = await items('busy', `?limit=${MOST_ARRIVALS}`);
  expect([listed.length, listed[0].item, listed[0].reason.length]).toEqual([MOST_ARRIVALS, '204', 300]);
  expect(await api.deps.redis.llen(keys.arrivals('busy'))).toBe(MOST_ARRIVALS);
  await api.call('DELETE', '/v1/sources/busy', { key: api.keys.admin });
  expect(await api.deps.redis.exists(keys.arrivals('busy'))).toBe(0);
  expect(await api.deps.redis.hexists(keys.heard, 'busy')).toBe(0);
});

test('a source that is silent for longer than it says is told, from its beginning on, until something comes', async () => {
  await put('met', { silentMinutes: 30 });
  expect(await stateOf('met')).toEqual({ heardAt: null, silentSince: null, feed: null });
  expect(await silent('met')).toBe('0');
  const before = api.deps.now();
  api.advance(31 * MINUTE);
  const { heardAt, silentSince } = (await stateOf('met')) ?? {};
  expect(heardAt).toBeNull();
  expect(Math.abs(Date.parse(silentSince ?? '') - before)).toBeLessThan(60_000);
  expect(await silent('met')).toBe('1');
  await post('met', { uri: 'urn:met:1', type: 'picture' });
  expect((await stateOf('met'))?.silentSince).toBeNull();
  expect(await silent('met')).toBe('0');
  await put('met', { silentMinutes: null });
  api.advance(24 * 60 * MINUTE);
  expect((await stateOf('met'))?.silentSince).toBeNull();
  expect(await silent('met')).toBeUndefined();
});
