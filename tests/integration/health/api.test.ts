import { afterAll, beforeAll, expect, test } from 'vitest';
import { aSubscription, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

test('new subscriptions and those that readers end are counted by day, a visit and a repetition are not', async () => {
  const subscriptions = [aSubscription(), aSubscription()];
  const post = (subscription: object) =>
    api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['world'] } });
  const ids = [(await post(subscriptions[0]!)).body.id, (await post(subscriptions[1]!)).body.id];
  expect((await post(subscriptions[0]!)).status).toBe(200);
  const end = () =>
    api.call('DELETE', `/v1/subscriptions/${ids[0]}`, {
      headers: { Authorization: `Subscription ${subscriptions[0]!.keys.auth}` },
    });
  expect([(await end()).status, (await end()).status]).toEqual([204, 404]);
  const { status, body } = await api.call('GET', '/v1/audience/health', { key: api.keys.approver });
  expect([status, body.days.length]).toEqual([200, 30]);
  expect(body.days[0]).toMatchObject({ optIns: 2, left: 1, gone: 0 });
});

test('it is for approvers and admins', async () => {
  expect((await api.call('GET', '/v1/audience/health')).status).toBe(401);
  expect((await api.call('GET', '/v1/audience/health', { key: api.keys.author })).status).toBe(403);
  expect((await api.call('GET', '/v1/audience/health', { key: api.keys.admin })).status).toBe(200);
});
