import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { startTelegram } from '../../support/outlets/telegram.ts';
import { startOutletWorld, type OutletWorld } from '../../support/outlets/world.ts';

let telegram: Awaited<ReturnType<typeof startTelegram>>;
let world: OutletWorld;

beforeAll(async () => {
  telegram = await startTelegram();
  world = await startOutletWorld({ origins: [telegram.origin, 'smtp://127.0.0.1:2525'] });
});
afterAll(async () => {
  await world.close();
  await telegram.close();
});

const email = {
  type: 'email',
  name: 'القائمة',
  host: 'smtp.news.example',
  from: 'alerts@news.example',
  to: ['list@lists.example'],
};
async function refusedFields(body: object, path = '', method = 'POST'): Promise<string[]> {
  const answer = await world.admin(method, path, body);
  expect(answer.status).toBe(422);
  return answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
}
const outlets = async () => (await world.admin('GET', '')).body.outlets as Record<string, unknown>[];

test('there is no outlet until an admin adds one, and only admins may', async () => {
  expect(await outlets()).toEqual([]);
  const { api } = world;
  expect((await api.call('GET', '/v1/outlets')).status).toBe(401);
  for (const key of [api.keys.author, api.keys.approver]) {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['PATCH', '/x'],
      ['DELETE', '/x'],
      ['POST', '/x/test'],
      ['GET', '/x/attempts'],
      ['POST', '/x/replay'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: {} };
      expect((await api.call(method, `/v1/outlets${path}`, { key, ...body })).status).toBe(403);
    }
  }
  for (const [method, path, body] of [
    ['PATCH', '/x', {}],
    ['DELETE', '/x', undefined],
    ['POST', '/x/test', undefined],
    ['GET', '/x/attempts', undefined],
  ] as const) {
    expect((await world.admin(method, path, body)).status).toBe(404);
  }
});

test('an outlet is shown without its secret, with what its service can do', async () => {
  const id = await world.add({
    ...telegram.settings,
    languages: ['ar-EG'],
    topics: ['sport'],
    enabled: false,
  });
  expect((await outlets()).find((one) => one['id'] === id)).toEqual({
    id,
    type: 'telegram',
    name: 'قناتنا',
    enabled: false,
    topics: ['sport'],
    languages: ['ar-EG'],
    leastUrgency: 'normal',
    createdAt: expect.any(String),
    server: telegram.origin,
    chat: '@ajil_tests',
    paused: null,
    can: { edit: true, remove: true, length: { most: 4096, unit: 'UTF-16 units' } },
  });
  const { body } = await world.admin('POST', `/${id}/test`);
  expect(body).toMatchObject({ works: true, code: null });
  await world.admin('PATCH', `/${id}`, telegram.wrong);
  expect((await world.admin('POST', `/${id}/test`)).body).toMatchObject({
    works: false,
    code: 'credentials',
    status: 401,
  });
  expect(await telegram.shown()).toEqual([]);
});

test('what is wrong is named, and nothing is stored', async () => {
  const before = await outlets();
  const wrong = { ...telegram.settings, name: 'x' };
  expect(await refusedFields({ ...wrong, topics: ['unknown'] })).toEqual(['/topics/0']);
  expect(await refusedFields({ ...wrong, chat: 'news' })).toEqual(['/chat']);
  expect(await refusedFields({ ...wrong, token: 'secret' })).toEqual(['/token']);
  expect(await refusedFields({ ...wrong, server: `${telegram.origin}/path` })).toEqual(['/server']);
  expect(await refusedFields({ ...wrong, password: 'of another type' })).not.toEqual([]);
  expect(await refusedFields({ ...email, to: [] })).toEqual(['/to']);
  expect(await refusedFields({ ...email, to: Array(51).fill('a@b.example') })).toEqual(['/to']);
  expect(await refusedFields({ ...email, host: 'smtp.example/x' })).toEqual(['/host']);
  expect(await refusedFields({ type: 'fax' })).toEqual(['/type']);
  expect(await outlets()).toEqual(before);
});

test('no field can add a line to a mail', async () => {
  const line = '\r\nBcc: stranger@evil.example';
  expect(await refusedFields({ ...email, from: `alerts@news.example${line}` })).toEqual(['/from']);
  expect(await refusedFields({ ...email, to: [`list@lists.example${line}`] })).toEqual(['/to/0']);
  expect(await refusedFields({ ...email, fromName: `الأخبار${line}` })).toEqual(['/fromName']);
  expect(await refusedFields({ ...email, password: `secret${line}` })).toEqual(['/password']);
  expect(await refusedFields({ ...email, user: `user${line}` })).toEqual(['/user']);
});

test('servers inside our network are refused, unless the operator allows them', async () => {
  for (const server of ['https://127.0.0.1', 'https://10.0.0.1:8443', 'http://social.example']) {
    const fields = { type: 'mastodon', name: 'x', server, token: 'some-token' };
    expect(await refusedFields(fields)).toEqual(['/server']);
  }
  for (const host of ['127.0.0.1', '10.1.2.3', '::1']) {
    expect(await refusedFields({ ...email, host })).toEqual(['/host']);
  }
  expect((await world.admin('POST', '', { ...email, host: '127.0.0.1', port: 2525 })).status).toBe(201);
});

test('a secret is not sent to a server that was named without it', async () => {
  const telegramId = await world.add(telegram.settings);
  const elsewhere = { server: 'https://evil.example' };
  expect(await refusedFields(elsewhere, `/${telegramId}`, 'PATCH')).toEqual(['/token']);
  const mailId = await world.add({ ...email, user: 'ajil', password: 'secret' });
  for (const change of [{ host: 'evil.example' }, { port: 25 }, { security: 'none' }]) {
    expect(await refusedFields(change, `/${mailId}`, 'PATCH')).toEqual(['/password']);
  }
  const both = await world.admin('PATCH', `/${mailId}`, { host: 'smtp2.example', password: 'other' });
  expect([both.status, both.body.host]).toEqual([200, 'smtp2.example']);
});

test('an event is told again by hand, if it was ever public', async () => {
  const id = await world.add(telegram.settings);
  const alert = await world.publish();
  expect((await world.admin('POST', `/${id}/replay`, { eventId: `${alert.id}-1` })).status).toBe(202);
  expect(world.api.retold).toMatchObject([{ outlet: 'post', receiver: id, event: { alertId: alert.id } }]);
  const draft = await world.publish({ draft: true });
  expect(await refusedFields({ eventId: `${draft.id}-1` }, `/${id}/replay`)).toEqual(['/eventId']);
});

test('a deleted outlet leaves no secret and no attempts; changes are in the audit log, without secrets', async () => {
  const id = await world.add({ ...telegram.settings, token: telegram.wrong['token'] });
  await world.tell();
  await expect.poll(async () => (await world.attempts(id)).length).toBe(1);
  expect((await world.admin('DELETE', `/${id}`)).status).toBe(204);
  const { redis } = world.api.deps;
  expect(await redis.hget(keys.outlets, id)).toBeNull();
  expect(await redis.hget(keys.outletsPaused, id)).toBeNull();
  expect(await world.attempts(id)).toEqual([]);
  const audit = JSON.stringify(await redis.xrange(keys.audit, '-', '+'));
  expect(audit).toContain('outlet.delete');
  expect(audit).not.toContain(telegram.secret);
});

test('there are at most 30 outlets', async () => {
  const left = 30 - (await outlets()).length;
  for (let count = 0; count < left; count++) await world.add({ ...telegram.settings, enabled: false });
  const refused = await world.admin('POST', '', { ...telegram.settings, name: 'واحد زائد' });
  expect([refused.status, refused.body.type]).toEqual([409, expect.stringContaining('wrong-status')]);
});

test('an outlet that a later release has stored holds up no other', async () => {
  const { redis } = world.api.deps;
  await redis.hset(keys.outlets, 'later', JSON.stringify({ id: 'later', type: 'fax', enabled: true }));
  const alert = await world.publish();
  await world.announce(alert);
  await redis.hdel(keys.outlets, 'later');
  const posted = (shown: readonly { text: string }[]) =>
    shown.some(({ text }) => text.includes(alert.headline));
  await expect
    .poll(async () => {
      await world.hurry();
      return posted(await telegram.shown());
    })
    .toBe(true);
});

test('in a drill nothing is posted', async () => {
  const drill = await startOutletWorld({ origins: [telegram.origin], isDrill: true });
  await drill.add(telegram.settings);
  const before = telegram.calls();
  await drill.tell();
  expect(await drill.idle()).toBe(true);
  expect(telegram.calls()).toBe(before);
  await drill.close();
});
