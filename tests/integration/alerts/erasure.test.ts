import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateVAPIDKeys } from 'web-push';
import { keys } from '../../../src/redis/keys.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { startCli } from '../../support/cli.ts';

const vapid = generateVAPIDKeys();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const erase = (...args: string[]) =>
  startCli(
    { REDIS_URL: api.redis.url, VAPID_PUBLIC_KEY: vapid.publicKey, VAPID_PRIVATE_KEY: vapid.privateKey },
    ['alerts', 'erase', ...args],
  ).ended;

/** Everything that Redis holds, as one text. */
async function everything(): Promise<string> {
  const { redis } = api.deps;
  const parts = await Promise.all(
    (await redis.keys('*')).map(async (key) => {
      const type = await redis.type(key);
      if (type === 'string') return redis.get(key);
      if (type === 'hash') return redis.hgetall(key);
      if (type === 'stream') return redis.xrange(key, '-', '+');
      if (type === 'zset') return redis.zrange(key, '0', '-1');
      return [key, type];
    }),
  );
  return JSON.stringify(parts);
}

const SECRET = ['اسم محمي', 'تفاصيل محمية', 'ملاحظة محمية', 'protected-link'];

async function publish(): Promise<{ id: string; body: object; headers: Record<string, string> }> {
  const [headline, body, note, link] = SECRET as [string, string, string, string];
  const url = `https://news.example/${link}?n=${Math.random()}`;
  const sent = anAlert({ headline: `${headline} ${Math.random()}`, body, url, image: url });
  const headers = { 'Idempotency-Key': `key ${Math.random()}` };
  const created = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: sent, headers });
  await api.call('POST', `/v1/alerts/${created.body.id}/versions`, {
    key: api.keys.author,
    body: { change: 'correction', note },
    headers: { 'Idempotency-Key': `key ${Math.random()}` },
  });
  return { id: created.body.id, body: sent, headers };
}

test('an alert’s text is erased wherever it is kept, the others stay, and devices are told without it', async () => {
  const other = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ body: 'يبقى' }),
  });
  const { id, body, headers } = await publish();
  await expect.poll(() => api.deps.redis.xlen(keys.liveLog)).toBe(3);
  const before = await everything();
  for (const text of SECRET) expect(before).toContain(text);
  const epoch = await api.deps.redis.get(keys.liveEpoch);

  expect(await erase(id)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('3 versions and 2 live-log entries'),
  });
  const after = await everything();
  for (const text of SECRET) expect(after).not.toContain(text);
  expect(after).toContain('يبقى');
  expect(await api.deps.redis.get(keys.liveEpoch)).not.toBe(epoch);
  const log = await api.deps.redis.xrange(keys.liveLog, '-', '+');
  expect(log.map(([at]) => at)).toEqual(['1-0', '2-0', '3-0']);

  const shown = await api.call('GET', `/v1/alerts/${id}`);
  expect(shown.body).toMatchObject({
    headline: '—',
    body: null,
    url: null,
    status: 'retracted',
    change: 'retraction',
  });
  api.advance(2000);
  const listed = (await api.call('GET', '/v1/alerts')).body.alerts as { id: string }[];
  expect(listed.map((alert) => alert.id)).toEqual([other.body.id]);
  // The retraction waits for its fan-out, and the request that made the alert makes no second one.
  const waiting = await api.deps.alerts.outbox.listUnfinished(-60_000, 10);
  expect(waiting.map((entry) => `${entry.id}:${entry.version}`)).toContain(`${id}:3`);
  const repeated = await api.call('POST', '/v1/alerts', { key: api.keys.author, body, headers });
  expect([repeated.status, repeated.body.id, repeated.body.headline]).toEqual([201, id, '—']);

  expect((await erase(id)).code).toBe(0);
  const actions = (await api.deps.redis.xrange(keys.audit, '-', '+'))
    .map(([, [, entry = '']]) => entry)
    .join();
  expect(actions).toContain(`"action":"alert.erase","target":"${id}"`);
});

test('quietly, nothing is sent; an alert that is not there is said', async () => {
  const { id } = await publish();
  expect(await erase(id, '--quiet')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 versions'),
  });
  expect((await api.call('GET', `/v1/alerts/${id}`)).body).toMatchObject({
    version: 2,
    status: 'retracted',
    headline: '—',
  });
  const refused = await api.call('POST', `/v1/alerts/${id}/versions`, {
    key: api.keys.author,
    body: { change: 'update', headline: 'x' },
  });
  expect(refused.status).toBe(409);
  expect(await erase('01jd0000000000000000000000')).toMatchObject({ code: 1 });
});

test('an alert that waited for its time is taken off the schedule: it would be due for ever, and hold up others', async () => {
  const sendAt = new Date(api.deps.now() + 3_600_000).toISOString();
  const sent = { key: api.keys.author, body: anAlert({ sendAt }) };
  const { body } = await api.call('POST', '/v1/alerts', sent);
  expect((await erase(body.id)).code).toBe(0);
  expect(await api.deps.alerts.get(body.id)).toMatchObject({ status: 'cancelled', headline: '—' });
  expect(await api.deps.alerts.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  // Nothing that is made of its text is kept, and so nothing stands in the way of the same text.
  expect((await api.call('POST', '/v1/alerts', sent)).status).toBe(201);
});
