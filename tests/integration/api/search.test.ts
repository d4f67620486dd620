import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAlertId } from '../../../src/alerts/id.ts';
import { firstVersion } from '../../../src/alerts/versions.ts';
import { keys } from '../../../src/redis/keys.ts';
import { fillWaiting } from '../../../src/alerts/fill-waiting.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
const ids: Record<string, string> = {};
let noon: number;
beforeAll(async () => {
  api = await startTestApi();
  noon = api.deps.now();
  const send = async (name: string, role: keyof TestApi['keys'], fields: object) => {
    const body = anAlert({ url: null, ...fields });
    ids[name] = (await api.call('POST', '/v1/alerts', { key: api.keys[role], body })).body.id;
    api.advance(3_600_000);
  };
  await send('bridge', 'author', { headline: 'انهيار جسر في المدينة', body: 'فرق الإنقاذ في المكان' });
  await send('budget', 'approver', { headline: 'البرلمان يقر الموازنة', body: null });
  await send('draft', 'author', { headline: 'مسودة عن الجسر الجديد', draft: true });
  await send('english', 'author', { headline: 'Bridge collapses', lang: 'en' });
});
afterAll(() => api.close());

const search = async (query: Record<string, string>) => {
  const { status, body } = await api.call('GET', `/v1/alerts?${new URLSearchParams(query).toString()}`, {
    key: api.keys.approver,
  });
  expect(status).toBe(200);
  return body.alerts.map(({ id }: { id: string }) => Object.entries(ids).find(([, one]) => one === id)?.[0]);
};
const at = (hours: number): string => new Date(noon + hours * 3_600_000).toISOString();

async function settings(changes: object): Promise<void> {
  const { body } = await api.call('GET', '/v1/newsroom', { key: api.keys.admin });
  const put = await api.call('PUT', '/v1/newsroom', { key: api.keys.admin, body: { ...body, ...changes } });
  expect(put.status).toBe(200);
}

async function publishNewer(count: number): Promise<void> {
  const input = { headline: `خبر ${count}`, lang: 'ar', topics: ['world'], urgency: 'normal' as const };
  const alert = firstVersion(newAlertId(api.deps.now()), input, 'editor', api.deps.now());
  await api.deps.alerts.create(alert, { allowDuplicate: true });
}

test('words are found in headline and text, as editors vary them', async () => {
  expect(await search({ q: 'جسر' })).toEqual(['draft', 'bridge']);
  expect(await search({ q: 'المَدينه  جِسر' })).toEqual(['bridge']);
  expect(await search({ q: 'الانقاذ' })).toEqual(['bridge']);
  expect(await search({ q: 'BRIDGE' })).toEqual(['english']);
  expect(await search({ q: 'لا وجود له' })).toEqual([]);
});

test('by time, editor and status, all together, page by page', async () => {
  expect(await search({ from: at(0.5), to: at(2.5) })).toEqual(['draft', 'budget']);
  expect(await search({ to: at(0.1) })).toEqual(['bridge']);
  const approver = (await api.deps.editors.list()).find(({ role }) => role === 'approver')?.id ?? '';
  expect(await search({ createdBy: approver })).toEqual(['budget']);
  expect(await search({ status: 'draft', q: 'الجسر' })).toEqual(['draft']);
  expect(await search({ q: 'جسر', before: ids['draft'] ?? '', to: at(10) })).toEqual(['bridge']);
  expect(await search({ q: 'جسر', before: at(10), to: at(1.5) })).toEqual(['bridge']);
});

test.each([
  ['scheduled', (): object => ({ sendAt: at(1000) })],
  ['draft', (): object => ({ draft: true })],
  ['awaiting-approval', (): object => ({})],
] as const)(
  'what has the status %s is found behind hundreds of newer alerts, by topic and language too, page by page',
  async (waiting, how) => {
    await settings({ approval: waiting === 'awaiting-approval' ? 'always' : 'never' });
    for (const [name, fields] of [
      ['first', { topics: ['economy'] }],
      ['second', { lang: 'en' }],
    ] as const) {
      const body = anAlert({ url: null, headline: `${waiting} ${name}`, ...how(), ...fields });
      const { status, body: made } = await api.call('POST', '/v1/alerts', { key: api.keys.approver, body });
      expect([status, made.status]).toEqual([201, waiting]);
      ids[name] = made.id;
      api.advance(1000);
    }
    await Promise.all(Array.from({ length: 510 }, (_, count) => publishNewer(count)));
    expect(await search({ status: waiting, limit: '2' })).toEqual(['second', 'first']);
    expect(await search({ status: waiting, limit: '1' })).toEqual(['second']);
    expect(await search({ status: waiting, limit: '1', before: ids['second'] ?? '' })).toEqual(['first']);
    expect(await search({ status: waiting, topics: 'economy' })).toEqual(['first']);
    expect(await search({ status: waiting, lang: 'en' })).toEqual(['second']);
    expect(await search({ status: waiting, from: at(2000) })).toEqual([]);
    for (const name of ['first', 'second']) {
      const path = `/v1/alerts/${ids[name] ?? ''}/cancellation`;
      expect((await api.call('POST', path, { key: api.keys.approver, body: {} })).status).toBe(200);
    }
    expect(await search({ status: waiting, limit: '1' })).toEqual(waiting === 'draft' ? ['draft'] : []);
  },
);

test('what earlier releases stored as a draft is listed with what waits', async () => {
  const body = anAlert({ url: null, headline: 'مسودة قديمة', draft: true });
  const { body: made } = await api.call('POST', '/v1/alerts', { key: api.keys.approver, body });
  ids['old'] = made.id;
  await api.deps.redis.del(keys.waiting, keys.waitingFilled);
  await fillWaiting(api.deps.redis);
  expect(await search({ status: 'draft' })).toEqual(['old', 'draft']);
});

test('only editors search', async () => {
  for (const query of ['q=x', `from=${at(0)}`, `to=${at(0)}`, 'createdBy=x', 'status=sent']) {
    expect((await api.call('GET', `/v1/alerts?${query}`)).status).toBe(401);
  }
  expect((await api.call('GET', '/v1/alerts?from=yesterday', { key: api.keys.author })).status).toBe(400);
});
