import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
let id: string;
beforeAll(async () => {
  api = await startTestApi();
  id = (await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() })).body.id;
});
afterAll(() => api.close());

type Options = NonNullable<Parameters<TestApi['call']>[2]>;
const caching = async (method: string, path: string, options: Options = {}): Promise<string | null> =>
  (await api.call(method, path, options)).headers.get('cache-control');

const lists = (): string[] => ['/v1/alerts', '/v1/alerts?topics=world', `/v1/alerts/${id}`];

test('a reader’s copy of an alert is asked for anew each time, so a retraction shows at once', async () => {
  for (const path of lists()) {
    expect([path, await caching('GET', path)]).toEqual([path, 'public, no-cache']);
    expect([path, await caching('HEAD', path)]).toEqual([path, 'public, no-cache']);
  }
});

test('what an editor sees stays out of caches that others use, by key and by cookie', async () => {
  const key = api.keys.author;
  const signedIn = await api.call('POST', '/v1/session', { body: { key } });
  expect(signedIn.headers.get('cache-control')).toBe('no-store');
  const headers = { Cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  for (const path of [...lists(), `/v1/alerts/${id}/report`]) {
    for (const as of [{ key }, { headers }]) {
      expect([path, await caching('GET', path, as)]).toEqual([path, 'private, no-cache']);
    }
  }
  for (const path of lists()) {
    const vary = (await api.call('GET', path)).headers.get('vary')?.split(', ');
    expect(vary).toEqual(expect.arrayContaining(['Authorization', 'Cookie']));
  }
});

test('nothing keeps what a change was answered with, nor a refusal', async () => {
  const key = api.keys.author;
  const { body, headers } = await api.call('POST', '/v1/alerts', { key, body: anAlert() });
  expect(headers.get('cache-control')).toBe('no-store');
  const path = `/v1/alerts/${body.id}`;
  const calls: [string, string, Options][] = [
    ['POST', `${path}/versions`, { key, body: { change: 'update', note: 'x' } }],
    ['POST', `${path}/abort`, { key }],
    ['POST', '/v1/alerts', { key, body: {} }],
    ['GET', '/v1/alerts/none', {}],
    ['GET', '/v1/alerts?status=aborted', {}],
    ['GET', `${path}/report`, {}],
  ];
  for (const [method, to, options] of calls) {
    expect([to, await caching(method, to, options)]).toEqual([to, 'no-store']);
  }
});

test('an editor’s copy of an alert is not called fresh after a worker has changed the status', async () => {
  const key = api.keys.author;
  const read = await api.call('GET', `/v1/alerts/${id}`, { key });
  const headers = { 'If-None-Match': read.headers.get('etag') ?? '' };
  expect((await api.call('GET', `/v1/alerts/${id}`, { key, headers })).status).toBe(304);
  await api.deps.alerts.setStatus(id, 1, ['sending'], 'sent');
  const again = await api.call('GET', `/v1/alerts/${id}`, { key, headers });
  expect([again.status, again.body.status]).toEqual([200, 'sent']);
});
