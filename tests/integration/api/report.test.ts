import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliveryReport } from '../../../src/delivery/report/report.ts';
import type { Report } from '../../../src/delivery/report/schema.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

function aReport(alertId: string, accepted: number, pending: number): DeliveryReport {
  return {
    alertId,
    version: 1,
    audience: accepted + pending,
    outcomes: { pending, accepted, gone: 0, rejected: 0, failed: 0, expired: 0, held: 0 },
    services: [],
    held: { quiet: 0, cap: 0 },
    live: { connections: 3 },
    receipts: { shown: 0, opened: 0 },
    timing: { firstMs: 5, p50Ms: 6, p90Ms: 7, p99Ms: 8, lastMs: 9, withinTwoMinutes: 1 },
    curve: [[5, accepted]],
  };
}

async function newAlert(): Promise<string> {
  const { body } = await api.call('POST', '/v1/alerts', { body: anAlert(), key: api.keys.author });
  return body.id as string;
}

test('a report is empty before the fan-out begins, and shows the status now', async () => {
  const id = await newAlert();
  const read = (query = '') => api.call('GET', `/v1/alerts/${id}/report${query}`, { key: api.keys.author });
  expect((await read()).body).toMatchObject({ alertId: id, version: 1, status: 'sending', audience: 0 });
  api.reports.set(`${id}:1`, aReport(id, 4, 6));
  await api.deps.alerts.setStatus(id, 1, ['sending'], 'sent');
  expect((await read()).body).toMatchObject({
    status: 'sent',
    audience: 10,
    outcomes: { pending: 6, accepted: 4 },
  });
  expect((await read('?version=2')).status).toBe(404);
  expect((await read('?version=x')).status).toBe(400);
});

test('a stream tells each change once', async () => {
  const id = await newAlert();
  const response = await fetch(`${api.url}/v1/alerts/${id}/report`, {
    headers: { Authorization: `Bearer ${api.keys.author}`, Accept: 'text/event-stream' },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events = eventsOf(response);
  expect((await events.next()).value).toMatchObject({ audience: 0 });
  api.reports.set(`${id}:1`, aReport(id, 1, 9));
  expect((await events.next()).value).toMatchObject({ outcomes: { accepted: 1, pending: 9 } });
  api.reports.set(`${id}:1`, aReport(id, 10, 0));
  expect((await events.next()).value).toMatchObject({ outcomes: { accepted: 10, pending: 0 } });
  await events.return(undefined);
});

test('HEAD of the stream is answered at once, without a body, and by who may ask', async () => {
  const path = `/v1/alerts/${await newAlert()}/report`;
  const head = (headers: Record<string, string>): Promise<Response> =>
    fetch(api.url + path, {
      method: 'HEAD',
      headers: { Accept: 'text/event-stream', ...headers },
      signal: AbortSignal.timeout(10_000),
    });
  const response = await head({ Authorization: `Bearer ${api.keys.author}` });
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    '',
  ]);
  expect((await head({})).status).toBe(401);
});

test('a stream ends when the editor’s key is revoked', async () => {
  const id = await newAlert();
  const { editor, key } = await api.deps.editors.add({ name: 'brief', role: 'author', by: 'test' });
  const response = await fetch(`${api.url}/v1/alerts/${id}/report`, {
    headers: { Authorization: `Bearer ${key}`, Accept: 'text/event-stream' },
  });
  const events = eventsOf(response);
  await events.next();
  await api.deps.editors.revoke(editor.id, 'test');
  expect((await events.next()).done).toBe(true);
});

async function* eventsOf(response: Response): AsyncGenerator<Report> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^event: report\ndata: (.*)$/.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Report;
    }
  }
}

test('one editor’s report streams leave room for the others', async () => {
  const { body } = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
  const open = async (key: string): Promise<Response> =>
    fetch(`${api.url}/v1/alerts/${body.id}/report`, {
      headers: { Authorization: `Bearer ${key}`, Accept: 'text/event-stream' },
    });
  const own = await Promise.all(Array.from({ length: 25 }, () => open(api.keys.author)));
  const statuses = own.map(({ status }) => status);
  expect([
    statuses.filter((status) => status === 200).length,
    statuses.filter((status) => status === 503).length,
  ]).toEqual([20, 5]);
  const other = await open(api.keys.approver);
  expect(other.status).toBe(200);
  for (const response of [...own, other]) await response.body?.cancel();
  await expect
    .poll(async () => {
      const again = await open(api.keys.author);
      await again.body?.cancel();
      return again.status;
    })
    .toBe(200);
});
