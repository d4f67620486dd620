import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { alertSchema } from '../../../src/alerts/schema.ts';
import { MAX_VERSIONS } from '../../../src/alerts/store.ts';
import { createLiveLog } from '../../../src/live/log/log.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const post = (body: unknown, headers: Record<string, string> = {}, key = api.keys.author) =>
  api.call('POST', '/v1/alerts', { body, key, headers });

test('an editor creates an alert, and readers see it without the editor', async () => {
  const created = await post(anAlert({ body: 'نص', url: 'https://news.example/a', urgency: 'flash' }));
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    version: 1,
    change: 'new',
    dir: 'rtl',
    status: 'sending',
    note: null,
  });
  expect(created.headers.get('location')).toBe(`/v1/alerts/${created.body.id}`);
  expect(Date.parse(created.body.expiresAt) - Date.parse(created.body.createdAt)).toBe(3_600_000);
  expect(api.fanOuts).toContainEqual({ alertId: created.body.id, version: 1 });
  const shown = await api.call('GET', `/v1/alerts/${created.body.id}`);
  expect(alertSchema.strict().parse(shown.body)).toMatchObject({ id: created.body.id });
  const seen = await api.call('GET', `/v1/alerts/${created.body.id}`, { key: api.keys.author });
  expect(seen.body.createdBy).toBe(created.body.createdBy);
});

test('each wrong field is named, unknown ones too', async () => {
  const { status, body, headers } = await post({
    headline: 'a\u202eb',
    lang: 'x!',
    topics: ['world', 'nowhere!'],
    'a/b': 1,
    expiresAt: 'soon',
  });
  expect(status).toBe(422);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body.type).toBe('http://ajil.test/problems/invalid-body');
  const pointers = body.errors.map((error: { pointer: string }) => error.pointer);
  expect(pointers.sort()).toEqual(['/a~1b', '/expiresAt', '/headline', '/lang', '/topics/1']);
});

test.each([
  [{ topics: ['sport-unknown'] }, '/topics/0'],
  [{ expiresAt: new Date(Date.now() + 10_000).toISOString() }, '/expiresAt'],
  [{ expiresAt: new Date(Date.now() + 8 * 86_400_000).toISOString() }, '/expiresAt'],
  [{ url: 'http://news.example/' }, '/url'],
  [{ url: 'javascript:alert(1)' }, '/url'],
  [{ urgency: 'loud' }, '/urgency'],
  [{ topics: [] }, '/topics'],
])('%j is refused at %s', async (fields, pointer) => {
  const { status, body } = await post(anAlert(fields));
  expect(status).toBe(422);
  expect(body.errors[0].pointer).toBe(pointer);
});

test('an alert that does not fit into a push message is refused with the byte counts', async () => {
  const { status, body } = await post(
    anAlert({ body: 'خ'.repeat(1000), url: `https://a.example/${'x'.repeat(900)}` }),
  );
  expect([status, body.type]).toEqual([422, 'http://ajil.test/problems/message-too-large']);
  expect(body.errors[0]).toMatchObject({ pointer: '/body', limit: 2600 });
  expect(body.errors[0].bytes).toBeGreaterThan(2600);
});

test('the same key and body get the first answer; another body is refused', async () => {
  const body = anAlert();
  const first = await post(body, { 'Idempotency-Key': '"k1"' });
  await api.deps.alerts.setStatus(first.body.id, 1, ['sending'], 'sent');
  const again = await post({ ...body }, { 'Idempotency-Key': '"k1"' });
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await post(anAlert(), { 'Idempotency-Key': '"k1"' })).body.type).toContain('idempotency-conflict');
  const other = await post(anAlert(), { 'Idempotency-Key': '"k1"' }, api.keys.approver);
  expect(other.status).toBe(201);
  expect((await post(anAlert(), { 'Idempotency-Key': 'x'.repeat(256) })).status).toBe(400);
});

test('a repeated request is answered even when its expiry has come near meanwhile', async () => {
  const body = anAlert({ expiresAt: new Date(api.deps.now() + 90_000).toISOString() });
  const first = await post(body, { 'Idempotency-Key': 'near' });
  api.advance(60_000);
  expect((await post(body, { 'Idempotency-Key': 'near' })).body).toEqual(first.body);
});

test('50 concurrent requests with one key make one alert', async () => {
  const body = anAlert();
  const before = api.fanOuts.length;
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post(body, { 'Idempotency-Key': 'race' }, api.keys.admin)),
  );
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(api.fanOuts.length).toBe(before + 1);
});

test('of 30 concurrent alerts with one headline, one is taken; the others name it', async () => {
  const body = anAlert();
  const answers = await Promise.all(Array.from({ length: 30 }, () => post(body, {}, api.keys.approver)));
  const taken = answers.filter((answer) => answer.status === 201);
  expect(taken).toHaveLength(1);
  const refused = answers.filter((answer) => answer.status === 409);
  expect(refused).toHaveLength(29);
  expect(new Set(refused.map((answer) => answer.body.alertId))).toEqual(new Set([taken[0]?.body.id]));
});

test('a headline that differs only in harakat, tatweel and alef is a duplicate, and may be overridden', async () => {
  const first = await post(anAlert({ headline: 'إعلان الطوارئ في المدينة' }));
  expect(first.status).toBe(201);
  const twin = anAlert({ headline: 'اعلانُ الطـــوارئ، في المدينه!' });
  const refused = await post(twin);
  expect([refused.status, refused.body.alertId]).toEqual([409, first.body.id]);
  expect((await post({ ...twin, allowDuplicate: true })).status).toBe(201);
});

test('lists newest first by topic and language, in pages', async () => {
  const ids: string[] = [];
  for (const fields of [
    { topics: ['ukraine'] },
    { topics: ['politics', 'ukraine'] },
    { topics: ['ukraine'], lang: 'en' },
  ]) {
    api.advance(1);
    ids.push((await post(anAlert(fields))).body.id);
  }
  const [first, second, third] = ids;
  const list = async (query: string) => (await api.call('GET', `/v1/alerts?${query}`)).body;
  const idsOf = (page: { alerts: { id: string }[] }) => page.alerts.map((alert) => alert.id);
  expect(idsOf(await list('topics=ukraine'))).toEqual([third, second, first]);
  expect(idsOf(await list('topics=ukraine,politics&lang=ar-EG'))).toEqual([second, first]);
  const page = await list('topics=ukraine&limit=2');
  expect(idsOf(page)).toEqual([third, second]);
  expect(idsOf(await list(`topics=ukraine&before=${page.next}`))).toEqual([first]);
  expect((await api.call('GET', '/v1/alerts?limit=0')).body.errors[0].parameter).toBe('limit');
  expect((await api.call('GET', '/v1/alerts?colour=red')).status).toBe(400);
  expect(idsOf(await list('before=1969-12-31T23:59:59Z'))).toEqual([]);
});

test('editors list by status; readers may not', async () => {
  const { body } = await post(anAlert());
  await api.call('POST', `/v1/alerts/${body.id}/abort`, { key: api.keys.author });
  const aborted = await api.call('GET', '/v1/alerts?status=aborted', { key: api.keys.author });
  expect(aborted.body.alerts.map((alert: { id: string }) => alert.id)).toEqual([body.id]);
  expect((await api.call('GET', '/v1/alerts?status=aborted')).status).toBe(401);
});

test('an unchanged alert is not sent again, and HEAD has no body', async () => {
  const { body } = await post(anAlert());
  const path = `/v1/alerts/${body.id}`;
  const etag = (await api.call('GET', path)).headers.get('etag') ?? '';
  expect((await api.call('GET', path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
  const head = await api.call('HEAD', path);
  expect([head.status, head.headers.get('etag'), head.body]).toEqual([200, etag, '']);
  await api.deps.alerts.setStatus(body.id, 1, ['sending'], 'sent');
  expect((await api.call('GET', path, { headers: { 'If-None-Match': etag } })).status).toBe(200);
});

test('a correction makes version 2 with its own fan-out; a retraction ends the alert', async () => {
  const { body } = await post(anAlert({ body: 'أول' }));
  const path = `/v1/alerts/${body.id}/versions`;
  const version = (fields: object) => api.call('POST', path, { key: api.keys.author, body: fields });
  const corrected = await version({ change: 'correction', headline: 'تصحيح', body: null, note: 'خطأ' });
  expect(corrected.status).toBe(201);
  expect(corrected.body).toMatchObject({
    version: 2,
    change: 'correction',
    body: null,
    note: 'خطأ',
    status: 'sending',
  });
  expect(api.fanOuts).toContainEqual({ alertId: body.id, version: 2 });
  const retracted = await version({ change: 'retraction' });
  expect(retracted.body).toMatchObject({ version: 3, status: 'retracted' });
  expect((await api.deps.alerts.get(body.id, 1))?.status).toBe('retracted');
  expect((await version({ change: 'update' })).status).toBe(409);
  expect((await version({ change: 'new' })).status).toBe(422);
  const unknown = path.replace(body.id, '0'.repeat(26));
  const missing = await api.call('POST', unknown, { key: api.keys.author, body: { change: 'update' } });
  expect(missing.status).toBe(404);
});

test('concurrent corrections each get a version of their own', async () => {
  const { body } = await post(anAlert());
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      api.call('POST', `/v1/alerts/${body.id}/versions`, {
        key: api.keys.author,
        body: { change: 'update', headline: `خبر ${n}` },
      }),
    ),
  );
  const versions = answers.map((answer) => answer.body.version as number).sort((a, b) => a - b);
  expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a change that was made of an older version is refused, and changes nothing', async () => {
  const { body } = await post(anAlert());
  const change = (fields: object) =>
    api.call('POST', `/v1/alerts/${body.id}/versions`, { key: api.keys.author, body: fields });
  const first = await change({ change: 'correction', baseVersion: 1, headline: 'لا قتلى' });
  expect(first.body).toMatchObject({ version: 2, headline: 'لا قتلى' });
  expect(first.body).not.toHaveProperty('baseVersion');
  const late = await change({ change: 'retraction', baseVersion: 1 });
  expect([late.status, late.body.type]).toEqual([409, 'http://ajil.test/problems/version-conflict']);
  expect(late.body).toMatchObject({ version: 2, change: 'correction' });
  expect((await api.deps.alerts.get(body.id))?.version).toBe(2);
  // Of several who saw the same version, one changes it.
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => change({ change: 'update', baseVersion: 2, headline: `خبر ${n}` })),
  );
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, ...Array(7).fill(409)]);
});

test('an alert can be retracted, however often it was changed', async () => {
  const { body } = await post(anAlert());
  const path = `/v1/alerts/${body.id}/versions`;
  const change = (fields: object) => api.call('POST', path, { key: api.keys.author, body: fields });
  for (let version = 2; version <= MAX_VERSIONS; version++) {
    expect((await change({ change: 'update' })).status).toBe(201);
  }
  expect((await change({ change: 'update' })).status).toBe(409);
  expect((await change({ change: 'retraction' })).body.status).toBe('retracted');
});

test('whoever wrote one of its versions may abort an alert', async () => {
  const { body } = await post(anAlert());
  await api.call('POST', `/v1/alerts/${body.id}/versions`, {
    key: api.keys.approver,
    body: { change: 'update' },
  });
  const aborted = await api.call('POST', `/v1/alerts/${body.id}/abort`, { key: api.keys.author });
  expect([aborted.status, aborted.body.status]).toEqual([200, 'aborted']);
});

test('an alert is aborted while it is being sent, by its author or an approver', async () => {
  const { body } = await post(anAlert(), {}, api.keys.approver);
  const abort = (key: string) => api.call('POST', `/v1/alerts/${body.id}/abort`, { key });
  expect((await abort(api.keys.author)).status).toBe(403);
  expect((await abort(api.keys.approver)).body.status).toBe('aborted');
  expect((await abort(api.keys.approver)).status).toBe(409);
});

test('a version is in the live log before any worker has seen it, once, and as readers may see it', async () => {
  const { body } = await post(anAlert());
  const entries = async () => (await createLiveLog(api.deps.redis).read(0)).entries;
  const mine = async () => (await entries()).filter(({ alert }) => alert.id === body.id);
  await vi.waitFor(async () => expect(await mine()).toHaveLength(1));
  const [entry] = await mine();
  expect(entry?.alert).toMatchObject({ version: 1, headline: body.headline });
  expect(entry?.alert).not.toHaveProperty('createdBy');
  await createLiveLog(api.deps.redis).append(entry!.alert);
  expect(await mine()).toHaveLength(1);
});

test('a body that is refused has been counted, and the answer says so', async () => {
  const left = async () => {
    const { status, headers } = await post({ headline: '' });
    expect(status).toBe(422);
    const limit = headers.get('ratelimit') ?? '';
    expect(limit).toMatch(/;r=\d+;/);
    return Number(/;r=(\d+);/.exec(limit)?.[1]);
  };
  const before = await left();
  // The count is a write: so it ends after the body has been read.
  await api.deps.redis.call('CLIENT', 'PAUSE', '200', 'WRITE');
  expect(await left()).toBe(before - 1);
});

test('a failing fan-out queue does not fail what is stored, and is counted', async () => {
  const failing = await startTestApi({ fanOutQueue: { add: () => Promise.reject(new Error('away')) } });
  try {
    const answer = await failing.call('POST', '/v1/alerts', { body: anAlert(), key: failing.keys.author });
    expect(answer.status).toBe(201);
    expect(await failing.deps.metrics.metrics()).toMatch(/ajil_fan_out_add_failures_total\S* 1/);
    expect(await failing.deps.alerts.outbox.listUnfinished(0, 10)).toMatchObject([
      { id: answer.body.id, version: 1 },
    ]);
  } finally {
    await failing.close();
  }
});

test('with REQUIRE_APPROVAL an alert waits for a second person, and links leave only for the sites allowed', async () => {
  const strict = await startTestApi({
    config: {
      publicUrl: 'https://ajil.test',
      allowedOrigins: ['https://news.example'],
      requireApproval: true,
    },
  });
  try {
    const send = (key: string, fields: object) =>
      strict.call('POST', '/v1/alerts', { key, body: anAlert({ ...fields }) });
    const waiting = await send(strict.keys.author, {});
    expect([waiting.status, waiting.body.status]).toEqual([201, 'awaiting-approval']);
    expect(strict.fanOuts).toEqual([]);
    for (const url of ['https://news.example/1', 'https://ajil.test/a/1']) {
      expect((await send(strict.keys.approver, { url, image: url })).body).toMatchObject({ url, image: url });
    }
    for (const url of ['https://news.example.evil.example/1', 'https://ajil.test.evil.example/a/1']) {
      for (const field of ['url', 'image']) {
        const elsewhere = await send(strict.keys.approver, { [field]: url });
        expect([elsewhere.status, elsewhere.body.errors[0].pointer]).toEqual([422, `/${field}`]);
        const { body } = await send(strict.keys.approver, {});
        const changed = await strict.call('POST', `/v1/alerts/${body.id}/versions`, {
          key: strict.keys.approver,
          body: { change: 'update', [field]: url },
        });
        expect(changed.status).toBe(422);
      }
    }
  } finally {
    await strict.close();
  }
});

/** A body of bytes, as `curl --data-binary` sends it. */
async function sendBytes(path: string, bytes: Buffer, type = 'application/json', key = api.keys.author) {
  const response = await fetch(api.url + path, {
    method: 'POST',
    headers: { 'Content-Type': type, Authorization: `Bearer ${key}` },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as { type?: string; headline?: string } };
}
const bodyOf = (headline: string): string => JSON.stringify(anAlert({ headline }));

test('bytes that are not UTF-8 are refused, wherever JSON comes in', async () => {
  const windows1256 = Buffer.concat([
    Buffer.from('{"headline":"'),
    Buffer.from([0xce, 0xc8, 0xd1]),
    Buffer.from(' 1","lang":"ar","topics":["world"]}'),
  ]);
  for (const path of [
    '/v1/alerts',
    '/v1/subscriptions',
    '/v1/session',
    '/v1/receipts',
    '/v1/audience/estimate',
  ]) {
    const answer = await sendBytes(path, windows1256);
    expect([path, answer.status, answer.body.type]).toEqual([
      path,
      400,
      'http://ajil.test/problems/malformed-request',
    ]);
  }
  const damaged = await sendBytes('/v1/alerts', Buffer.from(bodyOf('خبر \ufffd')));
  expect([damaged.status, JSON.stringify(damaged.body)]).toEqual([422, expect.stringContaining('U+FFFD')]);
});

test('UTF-8 has two names, and other charsets are refused', async () => {
  const send = (type: string, text: string, encoding: BufferEncoding = 'utf8') =>
    sendBytes('/v1/alerts', Buffer.from(text, encoding), type);
  for (const [n, charset] of ['utf-8', 'UTF-8', 'utf8', '"utf-8"', 'utf-8;', 'UTF8'].entries()) {
    const answer = await send(`application/json; charset=${charset}`, bodyOf(`خبر بترميز ${n}`));
    expect([charset, answer.status]).toEqual([charset, 201]);
  }
  for (const charset of ['utf-7', 'utf-16', 'utf-16le', 'utf-32', 'windows-1256', 'x']) {
    const answer = await send(`application/json; charset=${charset}`, bodyOf('خبر'), 'utf16le');
    expect([charset, answer.status]).toEqual([charset, 415]);
  }
});

test('line ends, tabs and isolates of other tools are taken; a null is absent', async () => {
  const body = 'سطر\r\nسطر\tثان\u2028\u2068Reuters\u2069';
  const sent = anAlert({ body, url: null, image: '', expiresAt: null });
  const answer = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: sent });
  expect([answer.status, answer.body.body, answer.body.url, answer.body.image]).toEqual([
    201,
    'سطر\nسطر ثان\n\u2068Reuters\u2069',
    null,
    null,
  ]);
});

test('an alert in a variety of Arabic is listed to readers of Arabic, and keeps its tag', async () => {
  const { body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ lang: 'arz' }),
  });
  expect([body.lang, body.dir]).toEqual(['arz', 'rtl']);
  const listed = await api.call('GET', '/v1/alerts?lang=ar&limit=1');
  expect(listed.body.alerts[0].id).toBe(body.id);
});

test('editors read every version, each with its status now; readers read none', async () => {
  const { body: first } = await post(anAlert({ headline: 'نسخة أولى' }));
  const at = `/v1/alerts/${first.id}/versions`;
  await api.call('POST', at, {
    key: api.keys.author,
    body: { change: 'correction', headline: 'نسخة ثانية', note: 'سبب' },
  });
  const { body } = await api.call('GET', at, { key: api.keys.author });
  expect(body.versions).toMatchObject([
    { version: 1, headline: 'نسخة أولى', status: 'superseded' },
    { version: 2, headline: 'نسخة ثانية', status: 'sending', note: 'سبب' },
  ]);
  expect((await api.call('GET', at)).status).toBe(401);
  const missing = await api.call('GET', `/v1/alerts/${'0'.repeat(26)}/versions`, { key: api.keys.author });
  expect(missing.status).toBe(404);
});
