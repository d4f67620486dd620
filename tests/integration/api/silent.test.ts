import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLiveLog } from '../../../src/live/log/log.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const as = (method: string, path: string, body?: unknown): Promise<Answer> =>
  api.call(method, `/v1/alerts${path}`, { key: api.keys.author, ...(body === undefined ? {} : { body }) });
const create = async (): Promise<string> => String((await as('POST', '', anAlert())).body.id);
const addVersion = (id: string, body: object): Promise<Answer> => as('POST', `/${id}/versions`, body);

test('a silent update says so to editors, to readers, on the live line and in its report', async () => {
  const id = await create();
  const { status, body } = await addVersion(id, { change: 'update', silent: true, headline: 'نص أدق' });
  const inPlaceOf = { version: 1, change: 'new', note: null };
  expect([status, body]).toMatchObject([201, { version: 2, silent: true, inPlaceOf, headline: 'نص أدق' }]);
  const shown = await api.call('GET', `/v1/alerts/${id}`);
  expect(shown.body).toMatchObject({ version: 2, silent: true, inPlaceOf });
  expect((await as('GET', `/${id}/report`)).body).toMatchObject({ version: 2, silent: true });
  expect((await as('GET', `/${id}/report?version=1`)).body).toMatchObject({ version: 1, silent: false });
  await expect
    .poll(async () => (await createLiveLog(api.deps.redis).read(0)).entries.at(-1)?.alert)
    .toMatchObject({ id, version: 2, silent: true });
  const audit = await api.call('GET', '/v1/audit?limit=1', { key: api.keys.admin });
  expect(audit.body.entries[0]).toMatchObject({ action: 'alert.silent-update', target: `${id}:2` });
});

test('the version after a silent one is not silent; another silent one is sent in the place of the same version', async () => {
  const id = await create();
  await addVersion(id, { change: 'correction', note: 'سبب' });
  await addVersion(id, { change: 'update', silent: true });
  const { body: third } = await addVersion(id, { change: 'update', silent: true });
  expect(third.inPlaceOf).toEqual({ version: 2, change: 'correction', note: 'سبب' });
  const { body: loud } = await addVersion(id, { change: 'update', silent: false });
  expect(loud).not.toHaveProperty('silent');
  expect(loud).not.toHaveProperty('inPlaceOf');
});

test.for(['correction', 'retraction'])('a silent %s is refused, and changes nothing', async (change) => {
  const id = await create();
  const { status, body } = await addVersion(id, { change, silent: true });
  expect([status, body.errors[0].pointer]).toEqual([422, '/silent']);
  expect((await as('GET', `/${id}`)).body.version).toBe(1);
});

test('a silent update must fit into the message of the correction that it may be sent in the place of', async () => {
  const id = await create();
  await addVersion(id, { change: 'correction', note: 'ن'.repeat(300) });
  const url = `https://news.example/${'a'.repeat(1900)}`;
  expect((await addVersion(id, { change: 'update', silent: true, url })).status).toBe(422);
  expect((await addVersion(id, { change: 'update', url })).status).toBe(201);
});
