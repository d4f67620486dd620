import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createIntake, type Intake } from '../../../src/intake/intake.ts';
import type { Item } from '../../../src/intake/item.ts';
import { reason } from '../../../src/intake/reasons.ts';
import { sourceInputSchema, type Source } from '../../../src/intake/source.ts';
import type { Taken } from '../../../src/intake/item-record.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { seededRandom } from '../../support/random.ts';
import { anItem } from './lines.ts';

const aSource = (id: string, mode: Source['mode'], fields: object = {}): Source => ({
  id,
  ...sourceInputSchema.parse({ type: 'ninjs', mode, topics: { World: 'world', Sport: 'sport' }, ...fields }),
});
const DESK = aSource('agency', 'draft');
const WIRE = aSource('wire', 'send');
const HOUR = 3_600_000;

let api: TestApi;
let intake: Intake;
let counted = 0;

beforeAll(async () => {
  api = await startTestApi();
  intake = createIntake({
    redis: api.deps.redis,
    alerts: api.deps.alerts,
    newsroom: api.newsroom,
    languages: () => Promise.resolve(['ar', 'en']),
    count: () => {
      counted += 1;
      return Promise.resolve();
    },
    now: api.deps.now,
  });
});
afterEach(() => {
  api.fanOuts.length = 0;
  counted = 0;
});
afterAll(() => api.close());

let written = 0;
/** Takes versions of an item, numbered from 1. */
async function take(source: Source, ...versions: Partial<Item>[]) {
  written += 1;
  const id = `item-${written}`;
  const answers: Taken[] = [];
  for (const [index, fields] of versions.entries()) {
    const version = { number: index + 1, madeAt: null };
    const headline = `قصة ${written} نسخة ${index + 1}`;
    answers.push(await intake.take(source, anItem({ id, version, headline, ...fields })));
  }
  return { id, answers, alert: async () => api.deps.alerts.get(answers[0]?.alertId ?? '') };
}
const inHours = (hours: number): string => new Date(api.deps.now() + hours * HOUR).toISOString();

test('what is embargoed waits until then: scheduled where the source is trusted, else a draft with that time', async () => {
  const embargoedUntil = inHours(2);
  const sent = await take(WIRE, { embargoedUntil });
  expect(sent.answers[0]).toMatchObject({ action: 'created', status: 'scheduled' });
  expect(await sent.alert()).toMatchObject({ sendAt: embargoedUntil });
  const draft = await take(DESK, { embargoedUntil });
  expect(draft.answers[0]).toMatchObject({ action: 'created', status: 'draft' });
  const at = `/v1/alerts/${draft.answers[0]?.alertId}/submission`;
  expect((await api.call('POST', at, { key: api.keys.approver, body: {} })).body).toMatchObject({
    status: 'scheduled',
    sendAt: embargoedUntil,
  });
  expect(api.fanOuts).toHaveLength(0);
});

test('an embargo that is lifted lets go what waited for it, one in the past holds nothing', async () => {
  const lifted = await take(WIRE, { embargoedUntil: inHours(2) }, { embargoedUntil: null });
  expect(lifted.answers[1]).toMatchObject({ action: 'updated', status: 'sending' });
  const past = await take(WIRE, { embargoedUntil: inHours(-2) });
  expect(past.answers[0]).toMatchObject({ status: 'sending' });
  const later = await take(WIRE, {}, { embargoedUntil: inHours(2) });
  expect(later.answers[1]).toMatchObject({ action: 'ignored', status: 'sending' });
});

test('what has expired is ignored; an expiry that comes is the alert’s, a far one says nothing', async () => {
  for (const expiresAt of [inHours(-1), new Date(api.deps.now() + 1000).toISOString()]) {
    expect((await take(WIRE, { expiresAt })).answers[0]).toMatchObject({ action: 'ignored', alertId: null });
  }
  const soon = inHours(3);
  const beforeItMayGo = await take(WIRE, { expiresAt: soon, embargoedUntil: inHours(4) });
  expect(beforeItMayGo.answers[0]).toMatchObject({ action: 'ignored' });
  expect(await (await take(WIRE, { expiresAt: soon })).alert()).toMatchObject({ expiresAt: soon });
  const far = await (await take(WIRE, { expiresAt: inHours(24 * 30) })).alert();
  expect(Date.parse(far?.expiresAt ?? '') - api.deps.now()).toBeLessThan(2 * HOUR);
});

test('what is no text, of no urgency or no topic of ours is ignored with its reason', async () => {
  const reasonOf = async (fields: Partial<Item>): Promise<string | undefined> =>
    (await take(WIRE, fields)).answers[0]?.reason;
  expect(await reasonOf({ unfit: reason('wrong-type', { type: 'picture' }) })).toContain(
    'its type is picture',
  );
  expect(await reasonOf({ urgency: '5' })).toContain('urgency 5');
  expect(await reasonOf({ subjects: ['opera', 'constructor', '__proto__'] })).toContain('topic');
  const quiet = aSource('quiet', 'send', { urgencies: { other: 'normal' }, topics: { default: 'world' } });
  const taken = await take(quiet, { urgency: '7', subjects: [] });
  expect(await taken.alert()).toMatchObject({ urgency: 'normal', topics: ['world'] });
  expect(await (await take(WIRE, { urgency: null, subjects: ['SPORT'] })).alert()).toMatchObject({
    urgency: 'normal',
    topics: ['sport'],
  });
  expect(await (await take(WIRE, { urgency: '1' })).alert()).toMatchObject({ urgency: 'flash' });
});

test('a later version counts whatever its urgency and its subjects', async () => {
  const { answers, alert } = await take(WIRE, {}, { urgency: '6', subjects: [], change: 'correction' });
  expect(answers[1]).toMatchObject({ action: 'corrected' });
  expect(await alert()).toMatchObject({ version: 2, urgency: 'urgent', topics: ['world'] });
});

test('what is held is taken back, and may come again', async () => {
  const draft = await take(DESK, {}, { change: 'hold' }, {});
  expect(draft.answers.map(({ action, status }) => [action, status])).toEqual([
    ['created', 'draft'],
    ['retracted', 'cancelled'],
    ['created', 'draft'],
  ]);
  const never = await take(WIRE, { change: 'hold' }, {});
  expect(never.answers.map(({ action }) => action)).toEqual(['ignored', 'created']);
  const killed = await take(DESK, {}, { change: 'withdrawal' }, {});
  expect(killed.answers[2]).toMatchObject({ action: 'ignored', status: 'cancelled' });
});

test('of two texts with one version the first counts, unless the other takes it back', async () => {
  const same = { version: { number: 1, madeAt: 7 } };
  const { answers } = await take(WIRE, same, same, { ...same, change: 'withdrawal' });
  expect(answers.map(({ action }) => action)).toEqual(['created', 'ignored', 'retracted']);
  const timed = await take(WIRE, same, { version: { number: 1, madeAt: 8 } });
  expect(timed.answers[1]).toMatchObject({ action: 'updated' });
});

test('without numbers the times order them, without both the order in which they come', async () => {
  const at = (madeAt: number | null) => ({ version: { number: null, madeAt } });
  const timed = await take(WIRE, at(10), at(9), at(11));
  expect(timed.answers.map(({ action }) => action)).toEqual(['created', 'ignored', 'updated']);
  const bare = await take(WIRE, at(null), at(null), { ...at(null), headline: 'نسخة لا رقم لها' });
  expect(bare.answers.map(({ action }) => action)).toEqual(['created', 'updated', 'updated']);
});

test('nobody is told of a version that changes nothing that readers see', async () => {
  const headline = 'عنوان لا يتغير';
  const { answers } = await take(WIRE, { headline }, { headline, change: 'correction', subjects: ['sport'] });
  expect(answers[1]).toMatchObject({ action: 'ignored', status: 'sending' });
  expect(api.fanOuts).toHaveLength(1);
});

test('an editor’s work on a draft stays where the source changes something else', async () => {
  const headline = 'عنوان الوكالة';
  const first = await take(DESK, { headline, body: 'قبل' });
  const at = `/v1/alerts/${first.answers[0]?.alertId}`;
  const etag = (await api.call('GET', at, { key: api.keys.approver })).headers.get('etag') ?? '';
  const edit = { headline: 'عنوان المحرر', url: 'https://news.example/1' };
  await api.call('PATCH', at, { key: api.keys.approver, body: edit, headers: { 'If-Match': etag } });
  const version = { number: 2, madeAt: null };
  await intake.take(DESK, anItem({ id: first.id, version, headline, body: 'بعد' }));
  expect(await first.alert()).toMatchObject({ ...edit, body: 'بعد' });
});

test('what the newsroom has stopped no later version starts again; taking it back is possible', async () => {
  const first = await take(WIRE, {});
  const at = `/v1/alerts/${first.answers[0]?.alertId}`;
  await api.call('POST', `${at}/abort`, { key: api.keys.approver });
  const later = anItem({ id: first.id, version: { number: 2, madeAt: null }, headline: 'بعد الإيقاف' });
  expect(await intake.take(WIRE, later)).toMatchObject({ action: 'ignored', status: 'aborted' });
  const kill = { ...later, version: { number: 3, madeAt: null }, change: 'withdrawal' as const };
  expect(await intake.take(WIRE, kill)).toMatchObject({ action: 'retracted', status: 'retracted' });
  const again = await take(WIRE, {});
  const retraction = { key: api.keys.approver, body: { change: 'retraction' } };
  await api.call('POST', `/v1/alerts/${again.answers[0]?.alertId}/versions`, retraction);
  for (const change of ['update', 'withdrawal'] as const) {
    const number = change === 'update' ? 2 : 3;
    const item = { ...later, id: again.id, version: { number, madeAt: null }, change };
    expect(await intake.take(WIRE, item)).toMatchObject({ action: 'ignored', status: 'retracted' });
  }
});

test('a warning of the source makes a draft even of what is trusted', async () => {
  const { answers } = await take(WIRE, { isSensitive: true }, { isSensitive: true });
  expect(answers[0]).toMatchObject({ action: 'created', status: 'draft' });
  expect(answers[0]?.reason).toContain('editor');
  expect(answers[1]).toMatchObject({ action: 'updated', status: 'draft' });
});

test('what continues an item updates its alert; of the earlier one only the withdrawal counts then', async () => {
  const first = await take(WIRE, {});
  const alertId = first.answers[0]?.alertId;
  const next = await take(WIRE, { follows: [first.id] }, { follows: [first.id], change: 'correction' });
  expect(next.answers).toMatchObject([
    { action: 'updated', alertId },
    { action: 'corrected', alertId },
  ]);
  const late = anItem({ id: first.id, version: { number: 2, madeAt: null }, headline: 'نص أقدم' });
  expect(await intake.take(WIRE, late)).toMatchObject({ action: 'ignored', alertId });
  const kill = { ...late, version: { number: 3, madeAt: null }, change: 'withdrawal' as const };
  expect(await intake.take(WIRE, kill)).toMatchObject({ action: 'retracted', alertId });
});

test('what continues an item in a draft edits it; once held, it comes again as a draft of its own', async () => {
  const first = await take(DESK, {});
  const alertId = first.answers[0]?.alertId;
  const follows = [first.id];
  const { answers } = await take(DESK, { follows }, { follows, change: 'hold' }, { follows });
  expect(answers.slice(0, 2)).toMatchObject([
    { action: 'updated', alertId, status: 'draft' },
    { action: 'retracted', alertId, status: 'cancelled' },
  ]);
  expect(answers[2]).toMatchObject({ action: 'created', status: 'draft' });
  expect(answers[2]?.alertId).not.toBe(alertId);
});

test('what continues an item may come before it, or without it', async () => {
  const next = await take(WIRE, { follows: ['never-seen'] });
  expect(next.answers[0]).toMatchObject({ action: 'created' });
  const late = anItem({ id: 'never-seen', headline: 'الأول وصل متأخراً' });
  expect(await intake.take(WIRE, late)).toMatchObject({
    action: 'ignored',
    alertId: next.answers[0]?.alertId,
  });
  expect(await intake.take(WIRE, late)).toMatchObject({ action: 'ignored' });
  expect(api.fanOuts).toHaveLength(1);
});

test('texts are cleaned and cut, and never refused for what machines leave in them', async () => {
  const headline = '  عنوان\u200b فيه\u00ad\n علامات\u202e  ';
  const { answers, alert } = await take(WIRE, { headline, body: `\u2066${'كلمة '.repeat(200)}\u2069` });
  expect(answers[0]).toMatchObject({ action: 'created' });
  const stored = await alert();
  expect(stored?.headline).toBe('عنوان فيه علامات');
  expect(stored?.body).toMatch(/^كلمة .* كلمة…$/);
  expect(stored?.body?.length).toBeLessThanOrEqual(300);
  const tooLong = take(WIRE, { headline: 'ع'.repeat(300) });
  await expect(tooLong).rejects.toMatchObject({ code: 'invalid-body' });
});

test('an editor who brings an item is its author, and cannot be its second person', async () => {
  const editor = await api.deps.editors.authenticate(api.keys.approver);
  const taken = await intake.take(DESK, anItem({ id: 'brought', headline: 'أحضره محرر' }), editor);
  expect(await api.deps.alerts.get(taken.alertId ?? '')).toMatchObject({ author: editor?.id });
  const withdrawn = anItem({ id: 'brought', version: { number: 2, madeAt: null }, change: 'withdrawal' });
  expect(await intake.take(DESK, withdrawn)).toMatchObject({ action: 'retracted', status: 'cancelled' });
});

test('only what makes or changes an alert is counted, and taking back is not', async () => {
  await take(WIRE, { urgency: '9' });
  await take(WIRE, {}, {}, { change: 'withdrawal' });
  expect(counted).toBe(2);
});

test('in whatever order versions come, and however often, the newest one stands', async () => {
  const random = seededRandom(3);
  for (let round = 0; round < 20; round++) {
    const id = `any-order-${round}`;
    const count = 2 + Math.floor(random() * 4);
    const isKilled = random() < 0.5;
    const versions = Array.from({ length: count }, (_, index) =>
      anItem({
        id,
        version: { number: index + 8, madeAt: null },
        headline: `قصة بلا ترتيب ${round} نسخة ${index}`,
        change: isKilled && index === count - 1 ? 'withdrawal' : 'update',
      }),
    );
    const sent = [...versions, ...versions].sort(() => random() - 0.5);
    const answers = await Promise.all(sent.map((item) => intake.take(WIRE, item)));
    const ids = new Set(answers.flatMap(({ action, alertId }) => (action === 'created' ? [alertId] : [])));
    expect(ids.size).toBeLessThanOrEqual(1);
    const [alertId] = ids;
    const alert = await api.deps.alerts.get(alertId ?? '');
    if (isKilled) expect(alert?.status ?? 'retracted').toBe('retracted');
    else expect(alert?.headline).toBe(`قصة بلا ترتيب ${round} نسخة ${count - 1}`);
  }
});
