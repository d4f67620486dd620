import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.fanOuts.length = 0;
});

const call = (method: string, path: string, body?: object) =>
  api.call(method, `/v1/alerts${path}`, {
    key: api.keys.approver,
    ...(body === undefined ? {} : { body }),
  });
const send = async (fields: object = {}) =>
  (await call('POST', '', anAlert({ headline: `خبر ${Math.random()}`, undoable: true, ...fields }))).body;
const setUndo = async (undoSeconds: number) => {
  const settings = (await api.call('GET', '/v1/newsroom')).body;
  await api.call('PUT', '/v1/newsroom', { key: api.keys.admin, body: { ...settings, undoSeconds } });
};

test('a send that can be undone waits for five seconds, and nothing leaves before', async () => {
  const before = api.deps.now();
  const alert = await send();
  expect(alert.status).toBe('scheduled');
  expect(Date.parse(alert.sendAt) - before).toBeGreaterThanOrEqual(5000);
  expect(Date.parse(alert.sendAt) - api.deps.now()).toBeLessThanOrEqual(5000);
  expect((await api.call('GET', `/v1/alerts/${alert.id}`)).status).toBe(404);
  expect(await api.newsroom.release(alert.id)).toBeUndefined();
  expect(api.fanOuts).toEqual([]);
  api.advance(5001);
  expect(await api.newsroom.release(alert.id)).toMatchObject({ status: 'sending' });
  expect(api.fanOuts).toEqual([{ alertId: alert.id, version: 1 }]);
});

test('undone, it goes to nobody, and the same can be sent anew', async () => {
  const fields = { headline: 'عنوان فيه خطأ مطبعي' };
  const alert = await send(fields);
  expect((await call('POST', `/${alert.id}/cancellation`)).body.status).toBe('cancelled');
  api.advance(6000);
  expect(await api.newsroom.release(alert.id)).toBeUndefined();
  expect(api.fanOuts).toEqual([]);
  expect((await send(fields)).status).toBe('scheduled');
});

test('"send now" skips the wait; of undo and release at the same moment one wins', async () => {
  const alert = await send();
  expect((await call('POST', `/${alert.id}/submission`, { sendAt: null })).body.status).toBe('sending');
  for (let round = 0; round < 10; round += 1) {
    const { id } = await send();
    api.advance(5001);
    const [undone] = await Promise.all([
      call('POST', `/${id}/cancellation`),
      api.newsroom.release(id).catch(() => undefined),
    ]);
    const { status } = (await call('GET', `/${id}`)).body;
    expect(status).toBe(undone.status === 200 ? 'cancelled' : 'sending');
  }
});

test('a correction can be undone once the alert has been sent; while it is being sent, nothing is held', async () => {
  const alert = await send({ undoable: false });
  const correct = (headline: string) =>
    call('POST', `/${alert.id}/versions`, { change: 'correction', headline, undoable: true });
  expect((await correct('التصحيح الأول')).body).toMatchObject({ version: 2, status: 'sending' });
  await api.deps.alerts.setStatus(alert.id, 2, ['sending'], 'sent');
  const held = (await correct('التصحيح الثاني')).body;
  expect(held).toMatchObject({ version: 3, status: 'scheduled' });
  expect((await api.call('GET', `/v1/alerts/${alert.id}`)).body.headline).toBe('التصحيح الأول');
  api.advance(5001);
  await api.newsroom.release(alert.id);
  expect((await api.call('GET', `/v1/alerts/${alert.id}`)).body).toMatchObject({
    version: 3,
    headline: 'التصحيح الثاني',
    status: 'sending',
  });
  const retraction = await call('POST', `/${alert.id}/versions`, { change: 'retraction', undoable: true });
  expect(retraction.body.status).toBe('retracted');
});

test('an approval and a draft can be undone too; with 0 seconds nothing waits', async () => {
  const draft = await send({ draft: true });
  expect(draft.status).toBe('draft');
  const submitted = await call('POST', `/${draft.id}/submission`, { undoable: true });
  expect(submitted.body.status).toBe('scheduled');
  await setUndo(0);
  expect((await send()).status).toBe('sending');
  expect((await api.call('GET', '/v1/config')).body.undoSeconds).toBe(0);
  await setUndo(5);
});

test('what is to leave later than that keeps its time', async () => {
  const sendAt = new Date(api.deps.now() + 3_600_000).toISOString();
  expect((await send({ sendAt })).sendAt).toBe(sendAt);
});
