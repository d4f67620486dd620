import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { aSuperdeskItem, push } from '../../support/sources.ts';

const SECRET = 'the-secret-token-of-superdesk';
const TOPICS = { '11000000': 'politics', default: 'world' };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const put = (id: string, fields: object) =>
    api.call('PUT', `/v1/sources/${id}`, {
      key: api.keys.admin,
      body: { type: 'superdesk', mode: 'send', secret: SECRET, topics: TOPICS, ...fields },
    });
  await put('wire', {});
  await put('desk', { mode: 'draft' });
  await put('agency', { type: 'ninjs' });
});
afterEach(() => {
  api.fanOuts.length = 0;
});
afterAll(() => api.close());

const send = (source: string, item: object | string, secret = SECRET): Promise<Answer> =>
  push(api, source, item, { secret });
const post = (source: string, body: unknown, options: object): Promise<Answer> =>
  api.call('POST', `/v1/intake/${source}`, { body, ...options });
const valueOf = async (source: string, action: string): Promise<number> => {
  const text = await api.deps.metrics.metrics();
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`ajil_intake_items_total{source="${source}",action="${action}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
};

test('a signed item becomes an alert, a later version its correction, a kill its retraction', async () => {
  const item = aSuperdeskItem();
  const created = await send('wire', item);
  expect(created).toMatchObject({ status: 200, body: { action: 'created', status: 'sending' } });
  const { alertId } = created.body as { alertId: string };
  const shown = await api.call('GET', `/v1/alerts/${alertId}`);
  expect(shown.body).toMatchObject({
    headline: item['headline'],
    body: 'تفاصيل الخبر.',
    topics: ['politics'],
    urgency: 'urgent',
    lang: 'ar',
  });
  const correction = {
    ...item,
    version: '2',
    headline: `${String(item['headline'])} مصححاً`,
    signal: [{ qcode: 'sig:correction' }],
  };
  expect((await send('wire', correction)).body).toMatchObject({ action: 'corrected', alertId });
  const kill = { guid: item.guid, version: '3', type: 'text', pubstatus: 'canceled' };
  expect((await send('wire', kill)).body).toEqual({ action: 'retracted', alertId, status: 'retracted' });
  expect((await api.call('GET', `/v1/alerts/${alertId}`)).body).toMatchObject({
    status: 'retracted',
    version: 3,
  });
});

test('in draft mode an editor decides', async () => {
  const item = aSuperdeskItem();
  const created = await send('desk', item);
  expect(created.body).toMatchObject({ action: 'created', status: 'draft' });
  expect((await api.call('GET', `/v1/alerts/${created.body.alertId}`)).status).toBe(404);
  const at = `/v1/alerts/${created.body.alertId}/submission`;
  expect((await api.call('POST', at, { key: api.keys.approver, body: {} })).body).toMatchObject({
    status: 'sending',
  });
});

test('the same item again has the same answer: once, and fifty times at once', async () => {
  const item = aSuperdeskItem();
  const answers = await Promise.all(Array.from({ length: 50 }, () => send('wire', item)));
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 200, body: answers[0]?.body as object });
  expect(api.fanOuts).toHaveLength(1);
  expect((await send('wire', item)).body).toEqual(answers[0]?.body);
});

test('versions out of order leave the newest one; 10 is newer than 9', async () => {
  const item = aSuperdeskItem({ version: '9' });
  const { body } = await send('wire', item);
  const newest = { ...item, version: '10', headline: `${String(item['headline'])} أحدث` };
  expect((await send('wire', newest)).body).toMatchObject({ action: 'updated', alertId: body.alertId });
  const late = { ...item, version: '8', headline: `${String(item['headline'])} متأخر` };
  expect((await send('wire', late)).body).toMatchObject({ action: 'ignored', alertId: body.alertId });
});

test('a rewrite updates the alert of the item that it evolved from', async () => {
  const item = aSuperdeskItem();
  const { body } = await send('wire', item);
  const rewrite = aSuperdeskItem({ evolvedfrom: item.guid });
  expect((await send('wire', rewrite)).body).toMatchObject({ action: 'updated', alertId: body.alertId });
  expect((await api.call('GET', `/v1/alerts/${body.alertId}`)).body).toMatchObject({
    headline: rewrite['headline'],
    version: 2,
    change: 'update',
  });
});

test('the signature is over the raw bytes, with this source’s secret', async () => {
  const item = JSON.stringify(aSuperdeskItem(), null, 2);
  expect((await send('wire', item)).status).toBe(200);
  const wrong = await send('wire', aSuperdeskItem(), 'another-secret');
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
  for (const signature of ['', 'sha1=', 'sha1=00', `sha1=${'0'.repeat(40)}`, `sha256=${'0'.repeat(64)}`]) {
    const answer = await post('wire', aSuperdeskItem(), { headers: { 'x-superdesk-signature': signature } });
    expect(answer.status).toBe(401);
  }
  for (let tries = 0; tries < 40; tries++) {
    expect((await send('wire', aSuperdeskItem(), 'another-secret')).status).toBe(401);
  }
  expect((await post('wire', aSuperdeskItem(), { key: 'ajil_unknown' })).status).toBe(401);
});

test('a bearer token may be the source’s secret or an editor’s key, and nothing else', async () => {
  const item = (): object => aSuperdeskItem();
  expect((await post('agency', item(), { key: SECRET })).status).toBe(200);
  expect((await post('agency', item(), { key: api.keys.author })).status).toBe(200);
  expect((await post('agency', item(), {})).status).toBe(401);
  expect((await post('agency', item(), { headers: { Cookie: 'ajil-session=x' } })).status).toBe(401);
  expect((await post('agency', item(), { headers: { Authorization: 'Bearer' } })).status).toBe(401);
  // A signature proves nothing of a source that signs nothing.
  expect((await send('agency', item())).status).toBe(401);
});

test('an item that cannot be used is refused by the field', async () => {
  const refused = async (item: object | string): Promise<unknown> => {
    const { status, body } = await send('wire', item);
    expect(status).toBe(422);
    return body.errors[0].pointer;
  };
  expect(await refused(aSuperdeskItem({ headline: null }))).toBe('/headline');
  expect(await refused({ headline: 'بلا معرف' })).toBe('/uri');
  expect(await refused('not json at all')).toBe('');
  expect(await refused('')).toBe('');
  expect(await refused('[]')).toBe('');
  expect(await refused(aSuperdeskItem({ headline: 'ع'.repeat(201) }))).toBe('/headline');
  expect(await refused(aSuperdeskItem({ embargoed: 'tomorrow' }))).toBe('/embargoed');
  expect(await valueOf('wire', 'refused')).toBe(7);
});

test('what is ignored on purpose is a 200 with its reason', async () => {
  const before = await valueOf('wire', 'ignored');
  for (const fields of [
    { type: 'picture' },
    { urgency: 5 },
    { pubstatus: 'withheld' },
    { expires: '2020-01-01T00:00:00+0000' },
    { pubstatus: 'canceled' },
  ]) {
    const { status, body } = await send('wire', aSuperdeskItem(fields));
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'ignored', alertId: null, status: null });
    expect(body.reason).toMatch(/./);
  }
  expect(api.fanOuts).toHaveLength(0);
  expect(await valueOf('wire', 'ignored')).toBe(before + 5);
});

test('an unknown source, another method, a large or a compressed body', async () => {
  expect((await send('nobody', aSuperdeskItem())).status).toBe(404);
  expect((await api.call('GET', '/v1/intake/wire')).status).toBe(405);
  const large = await send('wire', aSuperdeskItem({ body_html: 'x'.repeat(1024 * 1024) }));
  expect(large).toMatchObject({ status: 413, body: { detail: 'Send at most 1048576 bytes.' } });
  const long = await send('wire', aSuperdeskItem({ body_html: '<p>نص</p>'.repeat(50_000) }));
  expect(long.status).toBe(200);
  const zipped = await push(api, 'wire', aSuperdeskItem(), {
    secret: SECRET,
    headers: { 'Content-Encoding': 'gzip' },
  });
  expect(zipped.status).toBe(415);
});

test('bytes that are no UTF-8 are refused, whatever their type is called', async () => {
  const answer = await fetch(`${api.url}/v1/intake/agency`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'text/plain; charset=latin1' },
    body: Buffer.from('{"uri":"x","headline":"é"}', 'latin1'),
  });
  expect(answer.status).toBe(422);
});

test('nothing passes the rules: a headline that was just sent makes no second alert', async () => {
  const headline = 'العنوان نفسه من مصدرين';
  const first = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert({ headline }) });
  const second = await send('wire', aSuperdeskItem({ headline }));
  expect(second.body).toMatchObject({ action: 'ignored', alertId: first.body.id });
});
