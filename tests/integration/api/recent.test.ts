import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyReport } from '../../../src/delivery/report/report.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

const HOUR = 3_600_000;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

/** Publishes an alert of which so many were accepted and opened. */
async function send(topics: string[], accepted: number, opened: number, fields = {}): Promise<void> {
  const body = anAlert({ url: null, headline: `خبر ${Math.random()}`, topics, ...fields });
  const { body: alert } = await api.call('POST', '/v1/alerts', { key: api.keys.author, body });
  const empty = emptyReport(alert.id, 1);
  api.reports.set(`${alert.id}:1`, {
    ...empty,
    outcomes: { ...empty.outcomes, accepted },
    receipts: { shown: accepted, opened },
  });
}
const recent = (query: string) => api.call('GET', `/v1/audience/recent?${query}`, { key: api.keys.author });

test('counts what readers of a topic had in a day and a week, and how many opened the last ones', async () => {
  await send(['world'], 1000, 900);
  api.advance(7 * 24 * HOUR);
  await send(['world', 'economy'], 1000, 20);
  await send(['sport'], 500, 500);
  api.advance(25 * HOUR);
  await send(['world'], 1000, 10);
  await send(['world'], 0, 0, { draft: true });
  await send(['world'], 100, 100, { lang: 'en' });
  expect((await recent('topics=world&lang=ar')).body).toEqual({
    today: 1,
    week: 2,
    last: { accepted: 2000, opened: 30, left: 0 },
    paced: [],
    ready: { armed: 0, proven: 0 },
  });
  expect((await recent('topics=sport,economy&lang=ar')).body).toMatchObject({ today: 0, week: 2 });
  expect((await recent('topics=politics&lang=ar')).body).toEqual({
    today: 0,
    week: 0,
    last: { accepted: 0, opened: 0, left: 0 },
    paced: [],
    ready: { armed: 0, proven: 0 },
  });
});

test('is for editors, and refuses what it cannot read', async () => {
  expect((await api.call('GET', '/v1/audience/recent?topics=world&lang=ar')).status).toBe(401);
  for (const query of ['lang=ar', 'topics=world', 'topics=World!&lang=ar', 'topics=world&lang=ar&x=1']) {
    expect((await recent(query)).status).toBe(400);
  }
});
