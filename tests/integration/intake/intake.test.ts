import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createIntake, type Intake } from '../../../src/intake/intake.ts';
import { sourceInputSchema, type Source } from '../../../src/intake/source.ts';
import type { Taken } from '../../../src/intake/item-record.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { keys } from '../../../src/redis/keys.ts';
import { anItem, readLines } from './lines.ts';

const aSource = (id: string, mode: Source['mode']): Source => ({
  id,
  ...sourceInputSchema.parse({ type: 'ninjs', mode, topics: { World: 'world', Sport: 'sport' } }),
});
const DESK = aSource('agency', 'draft');
const WIRE = aSource('wire', 'send');

let api: TestApi;
let intake: Intake;

beforeAll(async () => {
  api = await startTestApi();
  intake = createIntake({
    redis: api.deps.redis,
    alerts: api.deps.alerts,
    newsroom: api.newsroom,
    languages: () => Promise.resolve(['ar', 'en']),
    count: () => Promise.resolve(),
    now: api.deps.now,
  });
});
afterEach(() => {
  api.fanOuts.length = 0;
});
afterAll(() => api.close());

/** Takes in what a source sends, in order. */
async function send(source: Source, text: string): Promise<Taken[]> {
  const read = readLines(Buffer.from(text));
  if ('fault' in read) throw new Error(read.fault);
  const taken: Taken[] = [];
  for (const item of read.items) taken.push(await intake.take(source, item));
  return taken;
}
const alertOf = async ({ alertId }: Taken) => api.deps.alerts.get(alertId ?? '');

test('a new item becomes a draft where an editor decides, and an alert where the source is trusted', async () => {
  const [draft] = await send(DESK, 'a1 1 update بيان أول');
  expect(draft).toMatchObject({ action: 'created', status: 'draft' });
  const [sent] = await send(WIRE, 'a1 1 update بيان ثان');
  expect(sent).toMatchObject({ action: 'created', status: 'sending' });
  expect(api.fanOuts).toEqual([{ alertId: sent!.alertId, version: 1 }]);
  expect(await alertOf(sent!)).toMatchObject({ author: 'source:wire', headline: 'بيان ثان' });
});

test('the same item again has the same answer, and makes nothing', async () => {
  const [first] = await send(WIRE, 'b1 1 update مرة واحدة');
  const answers = await send(WIRE, 'b1 1 update مرة واحدة\nb1 1 update مرة واحدة');
  expect(answers).toEqual([first, first]);
  expect(api.fanOuts).toHaveLength(1);
});

test('the same item many times at once makes one alert, and has one answer', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(WIRE, 'b2 1 update في وقت واحد')));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(api.fanOuts).toHaveLength(1);
});

test('of what several processes take in at once, one makes an alert, and none another', async () => {
  const others = Array.from({ length: 5 }, () =>
    createIntake({
      redis: api.deps.redis,
      alerts: api.deps.alerts,
      newsroom: api.newsroom,
      languages: () => Promise.resolve(['ar', 'en']),
      count: () => Promise.resolve(),
      now: api.deps.now,
    }),
  );
  const item = anItem({ id: 'b2p', headline: 'في عمليات كثيرة' });
  const answers = await Promise.all(others.map((other) => other.take(WIRE, item)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(api.fanOuts).toHaveLength(1);
});

test('while another process has the item, it is to come again: 503', async () => {
  const name = createHash('sha256').update('b2q').digest('base64url');
  await api.deps.redis.set(keys.intakeTurn('wire', name), 'other');
  const taking = intake.take(WIRE, anItem({ id: 'b2q', headline: 'لعملية أخرى' }));
  await expect(taking).rejects.toMatchObject({ code: 'unavailable' });
  await api.deps.redis.del(keys.intakeTurn('wire', name));
  expect(await intake.take(WIRE, anItem({ id: 'b2q', headline: 'لعملية أخرى' }))).toMatchObject({
    action: 'created',
  });
});

test('a process that died after the alert was made, and before it was noted, makes no second one', async () => {
  const [first] = await send(WIRE, 'b3 1 update قبل الموت');
  await api.deps.redis.del(await api.deps.redis.keys('*intake:wire:*'));
  const [again] = await send(WIRE, 'b3 1 update قبل الموت');
  expect(again).toEqual(first);
  expect(api.fanOuts).toHaveLength(1);
});

test('a later version edits a draft, and updates or corrects an alert; an older one is ignored', async () => {
  const [draft, edited] = await send(DESK, 'c1 1 update قبل\nc1 2 correction بعد');
  expect(edited).toEqual({ action: 'updated', alertId: draft?.alertId, status: 'draft' });
  const [sent, updated, late, corrected] = await send(
    WIRE,
    'c1 1 update أول\nc1 3 update ثالث\nc1 2 update متأخر\nc1 4 correction رابع',
  );
  expect(updated).toMatchObject({ action: 'updated', alertId: sent?.alertId });
  expect(late).toMatchObject({ action: 'ignored', alertId: sent?.alertId });
  expect(corrected).toMatchObject({ action: 'corrected' });
  expect(await alertOf(sent!)).toMatchObject({ version: 3, change: 'correction', headline: 'رابع' });
});

test('a withdrawal cancels a draft and retracts an alert; of an unknown item nothing comes, now or later', async () => {
  const [draft, cancelled] = await send(DESK, 'd1 1 update مسودة\nd1 2 withdrawal سحب');
  expect(cancelled).toMatchObject({ action: 'retracted', alertId: draft?.alertId, status: 'cancelled' });
  const [sent, retracted] = await send(WIRE, 'd1 1 update خبر خاطئ\nd1 2 withdrawal سحب');
  expect(retracted).toMatchObject({ action: 'retracted', alertId: sent?.alertId, status: 'retracted' });
  const [unknown, late] = await send(WIRE, 'd2 2 withdrawal سحب\nd2 1 update وصل متأخراً');
  expect([unknown?.action, late?.action]).toEqual(['ignored', 'ignored']);
  expect(api.fanOuts).toHaveLength(2);
});

test('what an editor has sent of a draft is the editor’s to change; taking it back is not', async () => {
  const [draft] = await send(DESK, 'e1 1 update مسودة الوكالة');
  await api.call('POST', `/v1/alerts/${draft!.alertId}/submission`, { key: api.keys.approver, body: {} });
  const [late] = await send(DESK, 'e1 2 correction تصحيح الوكالة');
  expect(late).toMatchObject({ action: 'ignored', alertId: draft?.alertId, status: 'sending' });
  const [withdrawn] = await send(DESK, 'e1 3 withdrawal سحب');
  expect(withdrawn).toMatchObject({ action: 'retracted', status: 'retracted' });
});

test('nothing passes the rules: the same headline twice is ignored with its reason, an unknown topic is refused', async () => {
  const [first] = await send(WIRE, 'f1 1 update خبر يتكرر');
  const [second] = await send(WIRE, 'f2 1 update خبر يتكرر');
  expect(second).toMatchObject({ action: 'ignored', alertId: first?.alertId });
  expect(second?.reason).toContain(first?.alertId);
  const nowhere = { ...WIRE, topics: { world: 'nowhere' } };
  await expect(intake.take(nowhere, anItem({ id: 'f3', headline: 'خبر' }))).rejects.toMatchObject({
    code: 'invalid-body',
  });
});
