import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { capMessage, type CapInfoParts, type CapParts } from '../../support/cap.ts';
import { makeSigner, signed } from '../../support/signed-cap.ts';

const SECRET = 'the-secret-of-the-office';
const office = makeSigner();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const put = (id: string, fields: object) =>
    api.call('PUT', `/v1/sources/${id}`, {
      key: api.keys.admin,
      body: { type: 'cap', secret: SECRET, topics: { default: 'world' }, ...fields },
    });
  await put('office', { mode: 'send' });
  await put('drafts', {});
  await put('signed', { certificate: office.certificate });
});
afterAll(() => api.close());

const post = (xml: string, source = 'office'): Promise<Answer> =>
  api.call('POST', `/v1/intake/${source}`, {
    body: xml,
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/cap+xml' },
  });
let serial = 0;
/** What is sent at a minute of its own; each message after the one before. */
function message(parts: CapParts = {}) {
  serial += 1;
  const sent = new Date(Date.parse('2026-11-29T00:00:00Z') + serial * 60_000).toISOString();
  const infos: CapInfoParts[] = (parts.infos ?? [{}]) as CapInfoParts[];
  return capMessage({
    sent,
    ...parts,
    infos: infos.map((info) => ({ event: `تحذير ${serial} ${info.language ?? 'ar'}`, ...info })),
  });
}
const BOTH = { infos: [{ language: 'ar' }, { language: 'en-US' }] };
const answersOf = ({
  body,
}: Answer): { action: string; alertId: string; status: string; reason?: string }[] => body.items ?? [body];
const actionsOf = (answer: Answer): string[] => answersOf(answer).map(({ action }) => action);
const alertOf = async (id: string | undefined) =>
  (await api.call('GET', `/v1/alerts/${id}`, { key: api.keys.author })).body;

test('a warning becomes an alert in each language that the newsroom has', async () => {
  const { xml } = message({
    infos: [{ language: 'ar', urgency: 'Immediate' }, { language: 'en-US' }, { language: 'fr-CA' }],
  });
  const answer = await post(xml);
  expect(answer.status).toBe(200);
  const [ar, en, fr] = answersOf(answer);
  expect(await alertOf(ar?.alertId)).toMatchObject({
    lang: 'ar',
    urgency: 'flash',
    dir: 'rtl',
    status: 'sending',
  });
  expect(await alertOf(en?.alertId)).toMatchObject({ lang: 'en', urgency: 'urgent' });
  expect(fr).toMatchObject({
    action: 'ignored',
    alertId: null,
    reason: 'the newsroom has no alerts in fr-CA',
  });
  expect((await post(xml)).body).toEqual(answer.body);
});

test('in draft mode an editor decides; a Cancel takes the draft back', async () => {
  const { xml, triple } = message();
  const made = await post(xml, 'drafts');
  expect(made.body).toMatchObject({ action: 'created', status: 'draft' });
  const ended = await post(message({ msgType: 'Cancel', references: [triple], infos: [] }).xml, 'drafts');
  expect(ended.body).toMatchObject({ action: 'retracted', alertId: made.body.alertId, status: 'cancelled' });
});

test('tests and exercises make nothing', async () => {
  for (const status of ['Test', 'Exercise']) {
    const { body } = await post(message({ status }).xml);
    expect(body).toMatchObject({
      action: 'ignored',
      alertId: null,
      reason: expect.stringContaining('status'),
    });
  }
});

describe('an Update', () => {
  test('is a version of the alerts that it names, in each language', async () => {
    const first = message(BOTH);
    const made = answersOf(await post(first.xml));
    const second = message({ ...BOTH, msgType: 'Update', references: [first.triple] });
    const answer = await post(second.xml);
    expect(actionsOf(answer)).toEqual(['updated', 'updated', 'ignored']);
    expect(
      answersOf(answer)
        .slice(0, 2)
        .map(({ alertId }) => alertId),
    ).toEqual(made.map(({ alertId }) => alertId));
    expect(await alertOf(made[0]?.alertId)).toMatchObject({ version: 2, change: 'update' });
  });

  test('of several messages continues the newest, and takes the others back', async () => {
    const [old, young] = [message(), message()];
    const [a, b] = [answersOf(await post(old.xml))[0], answersOf(await post(young.xml))[0]];
    const answer = await post(message({ msgType: 'Update', references: [old.triple, young.triple] }).xml);
    expect(actionsOf(answer)).toEqual(['updated', 'ignored', 'retracted']);
    expect(await alertOf(b?.alertId)).toMatchObject({ version: 2, change: 'update' });
    expect(await alertOf(a?.alertId)).toMatchObject({ change: 'retraction', status: 'retracted' });
  });

  test('takes back what it does not say any more in another language', async () => {
    const first = message(BOTH);
    const made = answersOf(await post(first.xml));
    const answer = await post(message({ msgType: 'Update', references: [first.triple] }).xml);
    expect(actionsOf(answer)).toEqual(['updated', 'retracted']);
    expect(await alertOf(made[1]?.alertId)).toMatchObject({ status: 'retracted' });
  });

  test('that comes before what it updates makes the alert, and what comes then makes none', async () => {
    const first = message();
    const made = await post(message({ msgType: 'Update', references: [first.triple] }).xml);
    expect(actionsOf(made)).toEqual(['created', 'ignored']);
    const late = await post(first.xml);
    expect(late.body).toMatchObject({ action: 'ignored', reason: expect.stringContaining('continued') });
  });

  test('that a newer one has overtaken changes nothing', async () => {
    const first = message();
    const [made] = answersOf(await post(first.xml));
    const overtaken = message({ msgType: 'Update', references: [first.triple] });
    const newest = message({ msgType: 'Update', references: [first.triple, overtaken.triple] });
    expect(actionsOf(await post(newest.xml))[0]).toBe('updated');
    const { headline } = await alertOf(made?.alertId);
    expect(new Set(actionsOf(await post(overtaken.xml)))).toEqual(new Set(['ignored']));
    expect(await alertOf(made?.alertId)).toMatchObject({ version: 2, headline, status: 'sending' });
  });

  test('that was sent before another of the same alert changes nothing when it comes after that', async () => {
    const first = message();
    const [made] = answersOf(await post(first.xml));
    const [older, newer] = [1, 2].map(() => message({ msgType: 'Update', references: [first.triple] }));
    expect(actionsOf(await post(newer?.xml ?? ''))[0]).toBe('updated');
    const { headline } = await alertOf(made?.alertId);
    const answer = await post(older?.xml ?? '');
    expect(answersOf(answer)[0]).toMatchObject({
      action: 'ignored',
      reason: expect.stringContaining('newer'),
    });
    expect(new Set(actionsOf(answer))).toEqual(new Set(['ignored']));
    expect(await alertOf(made?.alertId)).toMatchObject({ version: 2, headline, status: 'sending' });
  });

  test('that names only an update which has not come takes the first alert back once that comes', async () => {
    const first = message();
    const [made] = answersOf(await post(first.xml));
    const between = message({ msgType: 'Update', references: [first.triple] });
    const [newest] = answersOf(await post(message({ msgType: 'Update', references: [between.triple] }).xml));
    expect(newest).toMatchObject({ action: 'created' });
    expect(actionsOf(await post(between.xml))).toEqual(['ignored', 'retracted']);
    expect(await alertOf(made?.alertId)).toMatchObject({ status: 'retracted' });
    expect(await alertOf(newest?.alertId)).toMatchObject({ status: 'sending' });
  });

  test('in draft mode leaves what an editor has sent to the editor', async () => {
    const [old, young] = [message(), message()];
    const made = [(await post(old.xml, 'drafts')).body, (await post(young.xml, 'drafts')).body];
    for (const { alertId } of made) {
      await api.call('POST', `/v1/alerts/${alertId}/submission`, { key: api.keys.approver, body: {} });
    }
    const answer = await post(
      message({ msgType: 'Update', references: [old.triple, young.triple] }).xml,
      'drafts',
    );
    expect(new Set(actionsOf(answer))).toEqual(new Set(['ignored']));
    for (const { alertId } of made)
      expect(await alertOf(alertId)).toMatchObject({ version: 1, status: 'sending' });
  });
});

describe('a Cancel', () => {
  test('takes back all that it names, in every language, once', async () => {
    const [one, other] = [message(BOTH), message()];
    const made = [...answersOf(await post(one.xml)), ...answersOf(await post(other.xml))];
    const cancel = message({ msgType: 'Cancel', references: [one.triple, other.triple], infos: [] });
    const answer = await post(cancel.xml);
    expect(actionsOf(answer)).toEqual(['retracted', 'retracted', 'retracted']);
    for (const { alertId } of made)
      expect(await alertOf(alertId)).toMatchObject({ status: 'retracted', version: 2 });
    expect((await post(cancel.xml)).body).toEqual(answer.body);
  });

  test('takes back an alert that an Update has changed since, whichever of the two it names', async () => {
    for (const named of [0, 1]) {
      const first = message();
      const [made] = answersOf(await post(first.xml));
      const second = message({ msgType: 'Update', references: [first.triple] });
      await post(second.xml);
      const { triple } = [first, second][named] as { triple: string };
      const answer = await post(message({ msgType: 'Cancel', references: [triple], infos: [] }).xml);
      expect(actionsOf(answer)).toEqual(['retracted']);
      expect(await alertOf(made?.alertId)).toMatchObject({ status: 'retracted', version: 3 });
    }
  });

  test('that comes before its alert keeps it from being made', async () => {
    const first = message(BOTH);
    const cancel = message({ msgType: 'Cancel', references: [first.triple], infos: [] });
    expect((await post(cancel.xml)).body).toMatchObject({ action: 'ignored' });
    const late = answersOf(await post(first.xml));
    for (const one of late) {
      expect(one).toMatchObject({
        action: 'ignored',
        alertId: null,
        reason: expect.stringContaining('cancelled'),
      });
    }
  });

  test('of messages that name each other in a circle ends, and takes all of it back at most', async () => {
    const sent = '2026-11-29T23:00:00Z';
    const name = (identifier: string): string => `office@met.example,${identifier},${sent}`;
    const a = message({ identifier: 'ring-a', sent, msgType: 'Update', references: [name('ring-b')] });
    const b = message({ identifier: 'ring-b', sent, msgType: 'Update', references: [name('ring-a')] });
    expect((await post(a.xml)).status).toBe(200);
    expect((await post(b.xml)).status).toBe(200);
    expect((await post(a.xml)).status).toBe(200);
  });
});

test('a message that cannot be used is a 422 that names the field; hostile XML as well', async () => {
  expect(await post(message({ infos: [{ severity: 'Bad' }] }).xml)).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/severity' }] },
  });
  const entities = message({ before: '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]>' });
  expect((await post(entities.xml)).status).toBe(422);
  expect((await post('x'.repeat(1024 * 1024 + 1))).status).toBe(413);
});

test('with a certificate only what its owner has signed counts, and the secret all the same', async () => {
  const { xml } = message();
  expect((await post(xml, 'signed')).status).toBe(401);
  expect((await post(signed(xml, makeSigner()), 'signed')).status).toBe(401);
  const good = signed(xml, office);
  expect((await post(good.replace('<severity>Severe', '<severity>Minor'), 'signed')).status).toBe(401);
  expect((await api.call('POST', '/v1/intake/signed', { body: good })).status).toBe(401);
  expect((await post(good, 'signed')).body).toMatchObject({ action: 'created', status: 'draft' });
});

test('a certificate that is none is refused', async () => {
  const body = { type: 'cap', topics: {}, certificate: '-----BEGIN CERTIFICATE-----\nx' };
  expect(await api.call('PUT', '/v1/sources/wrong', { key: api.keys.admin, body })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/certificate' }] },
  });
});
