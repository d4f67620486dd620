import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const HOUR = 3_600_000;
const write = (path: string, body: object, headers: Record<string, string> = {}) =>
  api.call('POST', `/v1/alerts${path}`, { key: api.keys.approver, body, headers });
const send = (fields: object) =>
  write('', anAlert({ headline: `خبر ${Math.random()}`, url: null, ...fields }));
const inAnHour = (): string => new Date(api.deps.now() + HOUR).toISOString();

test('two alerts about one article, in two topics and with another headline, are one too many', async () => {
  const first = await send({ url: 'https://news.example/flood?utm_source=desk', topics: ['world'] });
  expect(first.status).toBe(201);
  const twin = { url: 'https://www.news.example/flood/#live', topics: ['economy'] };
  const refused = await send(twin);
  expect([refused.status, refused.body.alertId, refused.body.shares]).toEqual([
    409,
    first.body.id,
    'article',
  ]);
  expect(refused.body.type).toMatch(/duplicate-alert$/);
  expect((await send({ ...twin, allowDuplicate: true })).status).toBe(201);
});

test('a site’s front page is no article', async () => {
  for (const url of ['https://news.example/', 'https://news.example/?utm_source=x']) {
    expect((await send({ url })).status).toBe(201);
  }
});

test('what is scheduled holds its headline until it is cancelled, and longer than the wait', async () => {
  const headline = 'افتتاح الجسر غدًا صباحًا';
  const scheduled = await send({ headline, sendAt: inAnHour() });
  expect(scheduled.body.status).toBe('scheduled');
  expect((await send({ headline })).status).toBe(409);
  await write(`/${scheduled.body.id}/cancellation`, {});
  expect((await send({ headline })).status).toBe(201);
});

test('an edit of what is scheduled frees the old headline, and takes the new one unless another has it', async () => {
  const [before, after, taken] = ['قبل التحرير بقليل', 'بعد التحرير بقليل', 'عنوان عند غيره'];
  await send({ headline: taken });
  const { body } = await send({ headline: before, sendAt: inAnHour() });
  const edit = async (headline: string | undefined) => {
    const read = await api.call('GET', `/v1/alerts/${body.id}`, { key: api.keys.approver });
    return api.call('PATCH', `/v1/alerts/${body.id}`, {
      key: api.keys.approver,
      body: { headline },
      headers: { 'If-Match': read.headers.get('etag') ?? '' },
    });
  };
  expect((await edit(taken)).status).toBe(409);
  expect((await edit(after)).status).toBe(200);
  expect((await send({ headline: after })).status).toBe(409);
  expect((await send({ headline: before })).status).toBe(201);
});

test('drafts hold nothing: of two with one headline, the first that is submitted goes out', async () => {
  const headline = 'مسودتان بعنوان واحد';
  const [one, two] = [await send({ headline, draft: true }), await send({ headline, draft: true })];
  expect([one?.status, two?.status]).toEqual([201, 201]);
  const answers = await Promise.all([one, two].map((draft) => write(`/${draft?.body.id}/submission`, {})));
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
});

test('of 50 that are sent at once and could be undone, one waits and 49 are refused', async () => {
  const body = anAlert({ headline: 'خمسون مرة في لحظة واحدة', undoable: true });
  const answers = await Promise.all(Array.from({ length: 50 }, () => write('', body)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(49);
});

test('a corrected headline belongs to its alert too', async () => {
  const { body } = await send({});
  const headline = 'العنوان بعد تصحيحه هنا';
  expect((await write(`/${body.id}/versions`, { change: 'correction', headline })).status).toBe(201);
  expect((await send({ headline })).body.alertId).toBe(body.id);
});

test('the newsroom says for how long; with 0 hours nothing is refused', async () => {
  const settings = (await api.call('GET', '/v1/newsroom')).body;
  await api.call('PUT', '/v1/newsroom', {
    key: api.keys.admin,
    body: { ...settings, duplicateHours: 0 },
  });
  const headline = 'مرتان عن قصد';
  expect((await send({ headline })).status).toBe(201);
  expect((await send({ headline })).status).toBe(201);
});
