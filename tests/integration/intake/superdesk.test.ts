import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntilReady } from '../../../src/redis/connect.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { seededRandom } from '../../support/random.ts';
import { aSuperdeskItem, push } from '../../support/sources.ts';

const SECRET = 'the-secret-token-of-superdesk';
/** superdesk-core, default_settings.py: MAX_TRANSMIT_RETRY_ATTEMPT. */
const MOST_TRIES = 10;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    config: { requireApproval: true },
  });
  await put('wire', 'send');
});
afterAll(() => api.close());

const put = (id: string, mode: string) =>
  api.call('PUT', `/v1/sources/${id}`, {
    key: api.keys.admin,
    body: { type: 'superdesk', mode, secret: SECRET, topics: { default: 'world' } },
  });

/** Superdesk's transmitter: it tries again after a 5xx and after no answer, up to ten times; a 4xx is the end. */
async function transmit(item: object): Promise<{ state: 'success' | 'failed'; statuses: number[] }> {
  const statuses: number[] = [];
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const { status } = await push(api, 'wire', item, { secret: SECRET });
    statuses.push(status);
    if (status < 300) return { state: 'success', statuses };
    if (status < 500) return { state: 'failed', statuses };
  }
  return { state: 'failed', statuses };
}

test('where approval is required, what a trusted source sends waits for it, and its corrections too', async () => {
  const item = aSuperdeskItem();
  const created = await push(api, 'wire', item, { secret: SECRET });
  expect(created.body).toMatchObject({ action: 'created', status: 'awaiting-approval' });
  const at = `/v1/alerts/${created.body.alertId}`;
  const edited = await push(api, 'wire', { ...item, version: '2', headline: 'نص أصح' }, { secret: SECRET });
  expect(edited.body).toMatchObject({ action: 'updated', status: 'awaiting-approval' });
  const approval = { key: api.keys.approver, body: { decision: 'approve' } };
  expect((await api.call('POST', `${at}/approval`, approval)).body).toMatchObject({
    status: 'sending',
    headline: 'نص أصح',
  });
  const updated = await push(api, 'wire', { ...item, version: '3', headline: 'نص جديد' }, { secret: SECRET });
  expect(updated.body).toMatchObject({ action: 'updated', status: 'awaiting-approval' });
  expect((await api.call('GET', at)).body).toMatchObject({ headline: 'نص أصح' });
  const again = await push(api, 'wire', { ...item, version: '4', headline: 'نص أجد' }, { secret: SECRET });
  expect(again.body).toMatchObject({ action: 'updated', status: 'awaiting-approval' });
  const kill = await push(api, 'wire', { ...item, version: '5', pubstatus: 'canceled' }, { secret: SECRET });
  expect(kill.body).toMatchObject({ action: 'retracted', status: 'retracted' });
});

test('an editor who brings an item with a key cannot be its second person', async () => {
  const body = aSuperdeskItem();
  const brought = await api.call('POST', '/v1/intake/wire', { key: api.keys.approver, body });
  expect(brought.body).toMatchObject({ status: 'awaiting-approval' });
  const approval = { key: api.keys.approver, body: { decision: 'approve' } };
  const own = await api.call('POST', `/v1/alerts/${brought.body.alertId}/approval`, approval);
  expect(own.status).toBe(403);
});

test('while Redis is away Superdesk hears a 503 with Retry-After, comes again, and nothing is lost or doubled', async () => {
  const item = aSuperdeskItem();
  await api.redis.kill();
  const away = await push(api, 'wire', item, { secret: SECRET });
  expect(away.status).toBe(503);
  expect(away.headers.get('retry-after')).toMatch(/^\d+$/);
  await api.redis.restart();
  await waitUntilReady(api.deps.redis);
  const { state, statuses } = await transmit(item);
  expect([state, statuses.at(-1)]).toEqual(['success', 200]);
});

test('too many items are a 503, never another 4xx', async () => {
  const busy = await startTestApi({
    limits: { editor: { points: 3, seconds: 60 }, versions: { points: 1, seconds: 60 } },
  });
  try {
    await busy.call('PUT', '/v1/sources/wire', {
      key: busy.keys.admin,
      body: { type: 'superdesk', mode: 'send', secret: SECRET, topics: { default: 'world' } },
    });
    const item = aSuperdeskItem();
    expect((await push(busy, 'wire', item, { secret: SECRET })).status).toBe(200);
    const second = await push(busy, 'wire', aSuperdeskItem(), { secret: SECRET });
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
    const kill = { ...item, version: '2', pubstatus: 'canceled' };
    expect((await push(busy, 'wire', kill, { secret: SECRET })).body).toMatchObject({ action: 'retracted' });
    const fourth = await push(busy, 'wire', kill, { secret: SECRET });
    expect(fourth.status).toBe(503);
  } finally {
    await busy.close();
  }
});

test('whatever Superdesk’s transmitter does with an item, repeated, parallel, late, it ends as the newest version', async () => {
  const random = seededRandom(7);
  for (let round = 0; round < 10; round++) {
    const item = aSuperdeskItem();
    const isKilled = round % 2 === 1;
    const last = 12;
    const versions = Array.from({ length: 5 }, (_, index) => {
      const version = last - 4 + index;
      const killed = isKilled && version === last;
      return {
        ...item,
        version: String(version),
        headline: `قصة ${round} في نسختها ${version}`,
        pubstatus: killed ? 'canceled' : 'usable',
      };
    });
    const sent = [...versions, ...versions].sort(() => random() - 0.5);
    const results = await Promise.all(sent.map((version) => transmit(version)));
    expect(results.every(({ state }) => state === 'success')).toBe(true);
    const { body } = await push(api, 'wire', versions.at(-1) ?? {}, { secret: SECRET });
    const alert = await api.deps.alerts.get(body.alertId ?? '');
    if (isKilled) expect(['cancelled', undefined]).toContain(alert?.status);
    else
      expect(alert).toMatchObject({
        headline: `قصة ${round} في نسختها ${last}`,
        status: 'awaiting-approval',
      });
  }
});
