import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;
let serial = 0;

beforeAll(async () => {
  api = await startTestApi();
});
afterEach(() => {
  api.fanOuts.length = 0;
});
afterAll(() => api.close());

type Role = 'author' | 'approver' | 'admin';
const call = (method: string, path: string, role: Role | undefined, body?: unknown, etag?: string) =>
  api.call(method, `/v1/alerts${path}`, {
    ...(role === undefined ? {} : { key: api.keys[role] }),
    ...(body === undefined ? {} : { body }),
    ...(etag === undefined ? {} : { headers: { 'If-Match': etag } }),
  });
const create = async (fields: object, role: Role = 'author'): Promise<Answer> =>
  call('POST', '', role, anAlert({ headline: `خبر ${(serial += 1)} ${Math.random()}`, ...fields }));
const later = (ms: number): string => new Date(api.deps.now() + ms).toISOString();
const typeOf = ({ body }: Answer): string => String(body.type).split('/').at(-1) ?? '';
const etagOf = async (id: string): Promise<string> =>
  (await call('GET', `/${id}`, 'author')).headers.get('etag') ?? '';
const HOUR = 3_600_000;

describe('a draft', () => {
  test('is seen by editors only, is in no list of readers, and nothing of it leaves', async () => {
    const { status, body } = await create({ draft: true });
    expect([status, body.status, body.publishedAt]).toEqual([201, 'draft', null]);
    expect((await call('GET', `/${body.id}`, undefined)).status).toBe(404);
    expect((await call('GET', `/${body.id}`, 'author')).body.status).toBe('draft');
    const readers = (await call('GET', '?limit=100', undefined)).body.alerts as { id: string }[];
    expect(readers.map(({ id }) => id)).not.toContain(body.id);
    expect(api.fanOuts).toEqual([]);
  });

  test('is edited with the ETag that the editor has read, and with no other', async () => {
    const { body } = await create({ draft: true, url: 'https://news.example/1', body: 'متن' });
    const etag = await etagOf(body.id);
    const without = await call('PATCH', `/${body.id}`, 'author', { headline: 'بلا وسم' });
    expect([without.status, typeOf(without)]).toEqual([428, 'precondition-required']);
    const edited = await call('PATCH', `/${body.id}`, 'author', { headline: 'عنوان آخر', body: null }, etag);
    expect(edited.body).toMatchObject({ headline: 'عنوان آخر', body: null, url: 'https://news.example/1' });
    const again = await call('PATCH', `/${body.id}`, 'author', { headline: 'من قرأ القديم' }, etag);
    expect([again.status, typeOf(again)]).toEqual([412, 'precondition-failed']);
    expect(edited.headers.get('etag')).toBe(await etagOf(body.id));
    expect((await call('GET', `/${body.id}`, 'author')).body.headline).toBe('عنوان آخر');
  });

  test('of many edits at once one is made', async () => {
    const { body } = await create({ draft: true });
    const etag = await etagOf(body.id);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        call('PATCH', `/${body.id}`, 'author', { headline: `تحرير ${n}` }, etag),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
  });

  test('moves to the topics and the language that it is given', async () => {
    const { body } = await create({ draft: true, topics: ['world'], lang: 'ar' });
    const etag = await etagOf(body.id);
    await call('PATCH', `/${body.id}`, 'author', { topics: ['sport'], lang: 'en' }, etag);
    const idsOf = async (query: string) =>
      ((await call('GET', `?${query}&limit=100`, 'author')).body.alerts as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await idsOf('topics=world')).not.toContain(body.id);
    expect(await idsOf('lang=ar')).not.toContain(body.id);
    expect(await idsOf('topics=sport&lang=en')).toContain(body.id);
    await call('POST', `/${body.id}/submission`, 'author', {});
    expect((await call('GET', `/${body.id}`, undefined)).body).toMatchObject({
      topics: ['sport'],
      lang: 'en',
    });
  });

  test('goes out when it is submitted, with an hour to live from then', async () => {
    const { body } = await create({ draft: true });
    api.advance(5 * HOUR);
    const sent = await call('POST', `/${body.id}/submission`, 'author', {});
    expect([sent.status, sent.body.status]).toEqual([200, 'sending']);
    expect(Date.parse(sent.body.expiresAt) - Date.parse(sent.body.publishedAt)).toBe(HOUR);
    expect(api.fanOuts).toEqual([{ alertId: body.id, version: 1 }]);
    expect((await call('GET', `/${body.id}`, undefined)).status).toBe(200);
    const again = await call('POST', `/${body.id}/submission`, 'author', {});
    expect([again.status, typeOf(again)]).toEqual([409, 'wrong-status']);
  });

  test('whose chosen expiry has come is not sent, and the editor hears which field is wrong', async () => {
    const { body } = await create({ draft: true, expiresAt: later(HOUR) });
    api.advance(2 * HOUR);
    const refused = await call('POST', `/${body.id}/submission`, 'author', {});
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/expiresAt']);
    const etag = await etagOf(body.id);
    await call('PATCH', `/${body.id}`, 'author', { expiresAt: null }, etag);
    expect((await call('POST', `/${body.id}/submission`, 'author', {})).body.status).toBe('sending');
  });

  test('with the headline of what was just sent asks before it goes out', async () => {
    const { body: first } = await create({ headline: 'انفجار في مرفأ' });
    const { status, body } = await create({ headline: 'انفجار في مرفأ', draft: true });
    expect(status).toBe(201);
    const refused = await call('POST', `/${body.id}/submission`, 'author', {});
    expect([refused.status, typeOf(refused), refused.body.alertId]).toEqual([
      409,
      'duplicate-alert',
      first.id,
    ]);
    const sent = await call('POST', `/${body.id}/submission`, 'author', { allowDuplicate: true });
    expect(sent.body.status).toBe('sending');
  });

  test('of another editor is not touched by an author, and is by an approver', async () => {
    const { body } = await create({ draft: true }, 'approver');
    const etag = await etagOf(body.id);
    for (const [method, path, sent] of [
      ['PATCH', '', { headline: 'غيره' }],
      ['POST', '/submission', {}],
      ['POST', '/cancellation', undefined],
    ] as const) {
      const refused = await call(method, `/${body.id}${path}`, 'author', sent, etag);
      expect([refused.status, typeOf(refused)]).toEqual([403, 'forbidden']);
    }
    const { entries } = (await api.call('GET', '/v1/audit?limit=3', { key: api.keys.admin })).body;
    expect(entries.map(({ action, target }: Record<string, string>) => [action, target])).toEqual(
      [
        `POST /v1/alerts/${body.id}/cancellation`,
        `POST /v1/alerts/${body.id}/submission`,
        `PATCH /v1/alerts/${body.id}`,
      ].map((what) => ['refused', `${what}: forbidden`]),
    );
    expect((await call('POST', `/${body.id}/cancellation`, 'admin')).body.status).toBe('cancelled');
    const late = await call('POST', `/${body.id}/submission`, 'approver', {});
    expect([late.status, late.body.alertStatus]).toEqual([409, 'cancelled']);
  });
});

describe('a schedule', () => {
  const release = (id: string) => api.newsroom.release(id);
  const dueIds = async () => (await api.deps.alerts.due(api.deps.now(), 100)).map(({ id }) => id);

  test('waits for its time in any time zone, goes out then, and once', async () => {
    const inUtc = later(90 * 60_000);
    const at = new Date(Date.parse(inUtc) + 3 * HOUR).toISOString().replace('Z', '+03:00');
    const { body } = await create({ sendAt: at });
    expect(body).toMatchObject({ status: 'scheduled', publishedAt: null, sendAt: inUtc });
    expect(Date.parse(body.expiresAt) - Date.parse(body.sendAt)).toBe(HOUR);
    expect(await release(body.id)).toBeUndefined();
    expect(await dueIds()).not.toContain(body.id);
    api.advance(91 * 60_000);
    expect(await dueIds()).toContain(body.id);
    const released = await Promise.all(Array.from({ length: 5 }, () => release(body.id)));
    expect(released.filter((alert) => alert !== undefined)).toHaveLength(1);
    expect(api.fanOuts).toEqual([{ alertId: body.id, version: 1 }]);
    expect(await dueIds()).not.toContain(body.id);
    expect((await call('GET', `/${body.id}`, undefined)).body.status).toBe('sending');
  });

  test('is changed, sent now, or cancelled', async () => {
    const moved = (await create({ sendAt: later(HOUR) })).body;
    const edited = await call(
      'PATCH',
      `/${moved.id}`,
      'author',
      { sendAt: later(3 * HOUR) },
      await etagOf(moved.id),
    );
    expect(edited.body.status).toBe('scheduled');
    const now = (await create({ sendAt: later(HOUR) })).body;
    const sent = await call('POST', `/${now.id}/submission`, 'author', { sendAt: null });
    expect(sent.body).toMatchObject({ status: 'sending', sendAt: null });
    const ended = (await create({ sendAt: later(HOUR) })).body;
    await call('POST', `/${ended.id}/cancellation`, 'author');
    const back = (await create({ sendAt: later(HOUR) })).body;
    const draft = await call('PATCH', `/${back.id}`, 'author', { sendAt: null }, await etagOf(back.id));
    expect(draft.body.status).toBe('draft');
    api.advance(2 * HOUR);
    const due = await dueIds();
    for (const { id } of [moved, now, ended, back]) expect(due).not.toContain(id);
    api.advance(2 * HOUR);
    expect(await dueIds()).toContain(moved.id);
  });

  test('that an outage made late is sent while it has not expired, and told when it has', async () => {
    const inTime = (await create({ sendAt: later(HOUR) })).body;
    const tooLate = (await create({ sendAt: later(HOUR), expiresAt: later(HOUR + 10 * 60_000) })).body;
    api.advance(HOUR + 30 * 60_000);
    expect((await release(inTime.id))?.status).toBe('sending');
    expect(await release(tooLate.id)).toMatchObject({ status: 'cancelled', cancelledBecause: 'expired' });
    expect((await call('GET', `/${tooLate.id}`, 'author')).body.cancelledBecause).toBe('expired');
    const ended = (await create({ sendAt: later(HOUR) })).body;
    const cancelled = await call('POST', `/${ended.id}/cancellation`, 'author');
    expect(cancelled.body).not.toHaveProperty('cancelledBecause');
    expect(api.fanOuts).toEqual([{ alertId: inTime.id, version: 1 }]);
  });

  test('in the past, or years ahead, is refused', async () => {
    for (const sendAt of [later(-2 * 60_000), later(400 * 24 * HOUR)]) {
      const refused = await create({ sendAt });
      expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/sendAt']);
    }
    const early = await create({ sendAt: later(2 * HOUR), expiresAt: later(HOUR) });
    expect([early.status, early.body.errors[0].pointer]).toEqual([422, '/expiresAt']);
  });
});

describe('where two persons are asked for', () => {
  let strict: TestApi;
  beforeAll(async () => {
    strict = await startTestApi({
      config: { publicUrl: 'http://ajil.test', allowedOrigins: [], requireApproval: true },
    });
  });
  afterAll(() => strict.close());

  const ask = (method: string, path: string, role: Role, body?: unknown) =>
    strict.call(method, `/v1/alerts${path}`, {
      key: strict.keys[role],
      ...(body === undefined ? {} : { body }),
    });
  const write = async (role: Role, fields: object = {}) =>
    (await ask('POST', '', role, anAlert({ headline: `خبر ${Math.random()}`, ...fields }))).body;

  test('an alert waits, and goes out with the name of who agreed', async () => {
    const alert = await write('author');
    expect(alert.status).toBe('awaiting-approval');
    const refused = await ask('POST', `/${alert.id}/approval`, 'author', { decision: 'approve' });
    expect([refused.status, typeOf(refused)]).toEqual([403, 'forbidden']);
    const approved = await ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'approve' });
    expect(approved.body).toMatchObject({ status: 'sending', review: { decision: 'approve', bypass: null } });
    expect(approved.body.approvedBy).toBe(approved.body.review.by);
    expect(strict.fanOuts).toEqual([{ alertId: alert.id, version: 1 }]);
  });

  test('of two approvers at the same moment one approves', async () => {
    const alert = await write('author');
    const answers = await Promise.all(
      (['approver', 'admin', 'approver', 'admin'] as const).map((role) =>
        ask('POST', `/${alert.id}/approval`, role, { decision: 'approve' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  });

  test('approval and cancellation never both win', async () => {
    for (let round = 0; round < 10; round += 1) {
      const alert = await write('author');
      const [approved, cancelled] = await Promise.all([
        ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'approve' }),
        ask('POST', `/${alert.id}/cancellation`, 'author'),
      ]);
      expect([approved.status, cancelled.status].sort((a, b) => a - b)).toEqual([200, 409]);
      const { status } = (await ask('GET', `/${alert.id}`, 'author')).body;
      expect(status).toBe(approved.status === 200 ? 'sending' : 'cancelled');
    }
  });

  test('nobody approves their own, but for a reason that all can read', async () => {
    const alert = await write('approver');
    const refused = await ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'approve' });
    expect([refused.status, typeOf(refused)]).toEqual([403, 'own-approval']);
    const short = { decision: 'approve', bypass: { reason: 'عاجل' } };
    expect((await ask('POST', `/${alert.id}/approval`, 'approver', short)).status).toBe(422);
    const reason = 'لا أحد غيري في غرفة الأخبار الآن';
    const sent = await ask('POST', `/${alert.id}/approval`, 'approver', {
      decision: 'approve',
      bypass: { reason },
    });
    expect(sent.body).toMatchObject({ status: 'sending', review: { bypass: reason } });
    const own = await write('author');
    const still = await ask('POST', `/${own.id}/approval`, 'author', {
      decision: 'approve',
      bypass: { reason },
    });
    expect(still.status).toBe(403);
  });

  test('what is rejected is a draft again, with the note, and an edit asks anew', async () => {
    const alert = await write('author');
    const note = 'العدد غير مؤكد';
    const rejected = await ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'reject', note });
    expect(rejected.body).toMatchObject({
      status: 'draft',
      approvedBy: null,
      review: { decision: 'reject', note },
    });
    expect((await ask('POST', `/${alert.id}/submission`, 'author', {})).body.status).toBe(
      'awaiting-approval',
    );
    const scheduled = await write('author', { sendAt: new Date(strict.deps.now() + HOUR).toISOString() });
    const agreed = await ask('POST', `/${scheduled.id}/approval`, 'approver', { decision: 'approve' });
    expect(agreed.body.status).toBe('scheduled');
    const etag = agreed.headers.get('etag') ?? '';
    const edited = await strict.call('PATCH', `/v1/alerts/${scheduled.id}`, {
      key: strict.keys.author,
      body: { headline: 'بعد الموافقة' },
      headers: { 'If-Match': etag },
    });
    expect(edited.body).toMatchObject({ status: 'awaiting-approval', approvedBy: null, review: null });
  });

  test('an approval is taken back until the alert leaves: it waits for one again, at its own time or at once', async () => {
    const withdraw = (id: string, role: 'author' | 'approver' | 'admin') =>
      ask('DELETE', `/${id}/approval`, role);
    const approve = (id: string) =>
      ask('POST', `/${id}/approval`, 'approver', { decision: 'approve', undoable: true });
    const sendAt = new Date(strict.deps.now() + HOUR).toISOString();
    for (const planned of [null, sendAt]) {
      const { id } = await write('author', { sendAt: planned });
      expect(typeOf(await withdraw(id, 'approver'))).toBe('wrong-status');
      expect((await approve(id)).body).toMatchObject({ status: 'scheduled' });
      expect(typeOf(await withdraw(id, 'author'))).toBe('forbidden');
      const back = await withdraw(id, 'approver');
      const waits = { status: 'awaiting-approval', approvedBy: null, review: null, sendAt: planned };
      expect([back.status, back.body]).toMatchObject([200, waits]);
      strict.advance(60_000);
      expect(await strict.newsroom.release(id)).toBeUndefined();
      expect((await withdraw(id, 'admin')).status).toBe(409);
      expect((await approve(id)).body).toMatchObject({ status: 'scheduled' });
    }
  });

  test('what nobody had to approve is cancelled, not withdrawn', async () => {
    const { body } = await create({ sendAt: later(HOUR) });
    const refused = await call('DELETE', `/${body.id}/approval`, 'admin');
    expect([refused.status, typeOf(refused)]).toEqual([409, 'wrong-status']);
  });

  test('a correction waits while readers keep what they have; a retraction waits for nobody', async () => {
    const alert = await write('author');
    await ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'approve' });
    const correction = await ask('POST', `/${alert.id}/versions`, 'author', {
      change: 'correction',
      headline: 'تصحيح',
    });
    expect([correction.status, correction.body.status]).toEqual([201, 'awaiting-approval']);
    const shown = async () => (await strict.call('GET', `/v1/alerts/${alert.id}`)).body;
    expect(await shown()).toMatchObject({ version: 1, status: 'sending' });
    expect((await ask('GET', `/${alert.id}`, 'author')).body).toMatchObject({ version: 2 });
    await ask('POST', `/${alert.id}/approval`, 'approver', { decision: 'approve' });
    expect(await shown()).toMatchObject({ version: 2, headline: 'تصحيح' });
    await ask('POST', `/${alert.id}/versions`, 'author', { change: 'update', headline: 'مرة أخرى' });
    const retracted = await ask('POST', `/${alert.id}/versions`, 'author', { change: 'retraction' });
    expect(retracted.body).toMatchObject({ version: 4, status: 'retracted', headline: 'تصحيح' });
    expect(await shown()).toMatchObject({ version: 4, status: 'retracted' });
    const versions = await strict.deps.alerts.versions(alert.id);
    expect(versions.map(({ status }) => status)).toEqual([
      'retracted',
      'retracted',
      'cancelled',
      'retracted',
    ]);
  });
});

test('each action is in the audit log, by whom and on what; a refused one is not', async () => {
  const { body } = await create({ draft: true });
  await call('PATCH', `/${body.id}`, 'author', { headline: 'تدقيق' }, await etagOf(body.id));
  await call('POST', `/${body.id}/submission`, 'author', { sendAt: later(HOUR) });
  await call('POST', `/${body.id}/cancellation`, 'approver');
  await call('POST', `/${body.id}/cancellation`, 'approver');
  const entries = (await api.deps.redis.xrange('{ajil}:audit', '-', '+'))
    .map(
      ([, fields]) =>
        JSON.parse(fields[fields.indexOf('entry') + 1] ?? '') as { action: string; target: string },
    )
    .filter(({ target }) => target === body.id);
  expect(entries.map(({ action }) => action)).toEqual([
    'alert.create',
    'alert.edit',
    'alert.submit',
    'alert.cancel',
  ]);
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
});
