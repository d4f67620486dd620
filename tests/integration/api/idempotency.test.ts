import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

test('one key and one body to two alerts are two requests: the second is refused, not answered with the first', async () => {
  const key = api.keys.author;
  const [first, second] = await Promise.all(
    [anAlert(), anAlert()].map((body) => api.call('POST', '/v1/alerts', { key, body })),
  );
  const retract = (id: string) =>
    api.call('POST', `/v1/alerts/${id}/versions`, {
      key,
      body: { change: 'retraction' },
      headers: { 'Idempotency-Key': 'once' },
    });
  expect((await retract(first?.body.id)).body).toMatchObject({ id: first?.body.id, status: 'retracted' });
  const refused = await retract(second?.body.id);
  expect([refused.status, refused.body.type]).toEqual([
    422,
    'http://ajil.test/problems/idempotency-conflict',
  ]);
  expect((await api.deps.alerts.get(second?.body.id))?.status).toBe('sending');
  // The key still answers what it was used for.
  const again = await retract(first?.body.id);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
});
