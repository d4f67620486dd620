import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, aSubscription, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

type Role = keyof TestApi['keys'];
const as = (role: Role, method: string, path: string, body?: unknown): Promise<Answer> =>
  api.call(method, path, { key: api.keys[role], ...(body === undefined ? {} : { body }) });
const addDevice = (role: Role, subscription = aSubscription(), name?: string): Promise<Answer> =>
  as(role, 'POST', '/v1/test-devices', { subscription, ...(name === undefined ? {} : { name }) });
const list = async (role: Role) => (await as(role, 'GET', '/v1/test-devices')).body;
const typeOf = ({ body }: Answer): string => String(body.type).split('/').at(-1) ?? '';
const newest = async () => (await as('admin', 'GET', '/v1/audit?limit=1')).body.entries[0];

test('an editor has test devices of their own, which are no readers', async () => {
  const subscription = aSubscription();
  const added = await addDevice('approver', subscription, 'هاتفي');
  expect([added.status, added.body.name]).toEqual([201, 'هاتفي']);
  expect(await newest()).toMatchObject({ action: 'test-device.add', target: added.body.id });
  expect(await list('approver')).toEqual({ devices: [{ ...added.body, lastTest: null }], gone: [] });
  expect(await list('author')).toEqual({ devices: [], gone: [] });
  expect(await api.deps.subscriptions.standings()).toEqual({ proven: 0, unproven: 0 });
  const again = await addDevice('approver', subscription);
  expect((await list('approver')).devices).toEqual([{ ...again.body, name: null, lastTest: null }]);

  expect((await as('author', 'DELETE', `/v1/test-devices/${added.body.id}`)).status).toBe(404);
  expect((await as('approver', 'DELETE', `/v1/test-devices/${added.body.id}`)).status).toBe(204);
  expect((await list('approver')).devices).toEqual([]);
  expect((await as('approver', 'DELETE', `/v1/test-devices/${added.body.id}`)).status).toBe(404);
});

test('its endpoint is judged as a reader’s is, there are ten at most, and readers have none', async () => {
  const inside = await addDevice('author', aSubscription('https://127.0.0.1/push'));
  expect([inside.status, typeOf(inside)]).toEqual([422, 'endpoint-not-allowed']);
  expect((await addDevice('author', { ...aSubscription(), keys: { p256dh: 'x', auth: 'y' } })).status).toBe(
    422,
  );
  expect(
    (await api.call('POST', '/v1/test-devices', { body: { subscription: aSubscription() } })).status,
  ).toBe(401);
  expect((await api.call('GET', '/v1/test-devices')).status).toBe(401);
  for (let n = 0; n < 10; n += 1) expect((await addDevice('author')).status).toBe(201);
  const eleventh = await addDevice('author');
  expect([eleventh.status, typeOf(eleventh)]).toEqual([409, 'wrong-status']);
});

test('a draft is sent to the caller’s own devices, and nothing else happens', async () => {
  const own = await startTestApi();
  try {
    const key = own.keys.author;
    const { body: draft } = await own.call('POST', '/v1/alerts', { key, body: anAlert({ draft: true }) });
    const send = (path = draft.id): Promise<Answer> => own.call('POST', `/v1/alerts/${path}/test`, { key });
    const none = await send();
    expect([none.status, typeOf(none)]).toEqual([409, 'no-test-device']);
    expect(own.tests).toEqual([]);
    await own.call('POST', '/v1/test-devices', { key, body: { subscription: aSubscription() } });
    await own.call('POST', '/v1/test-devices', {
      key: own.keys.approver,
      body: { subscription: aSubscription() },
    });
    const sent = await send();
    expect([sent.status, sent.body]).toEqual([202, { devices: 1 }]);
    expect(own.tests).toMatchObject([{ alertId: draft.id, version: 1 }]);
    expect(own.fanOuts).toEqual([]);
    const { devices } = (await own.call('GET', '/v1/test-devices', { key })).body;
    expect(devices[0].lastTest).toMatchObject({ outcome: 'pending' });
    const { entries } = (await own.call('GET', '/v1/audit?limit=1', { key: own.keys.admin })).body;
    expect(entries[0]).toMatchObject({ action: 'alert.test', target: `${draft.id}:1` });
    expect((await own.call('GET', `/v1/alerts/${draft.id}`, { key })).body.status).toBe('draft');
    expect((await send('01j00000000000000000000000')).status).toBe(404);
  } finally {
    await own.close();
  }
});

test('tests are counted for each editor', async () => {
  const capped = await startTestApi({ limits: { tests: { points: 2, seconds: 60 } } });
  try {
    const { author, approver } = capped.keys;
    const { body } = await capped.call('POST', '/v1/alerts', { key: author, body: anAlert({ draft: true }) });
    for (const key of [author, approver]) {
      await capped.call('POST', '/v1/test-devices', { key, body: { subscription: aSubscription() } });
    }
    const send = async (key: string): Promise<number> =>
      (await capped.call('POST', `/v1/alerts/${body.id}/test`, { key })).status;
    expect([await send(author), await send(author), await send(author)]).toEqual([202, 202, 429]);
    expect(await send(approver)).toBe(202);
  } finally {
    await capped.close();
  }
});
