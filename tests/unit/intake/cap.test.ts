import { expect, test } from 'vitest';
import { readCap } from '../../../src/intake/formats/cap/cap.ts';
import { reason, sentenceOf } from '../../../src/intake/reasons.ts';
import type { Item, ReadItems } from '../../../src/intake/item.ts';
import { capMessage, type CapInfoParts, type CapParts } from '../../support/cap.ts';

const read = (parts: CapParts): ReadItems => readCap(Buffer.from(capMessage(parts).xml));
function itemsOf(parts: CapParts): readonly Item[] {
  const found = read(parts);
  if ('fault' in found) throw new Error(`${found.pointer} ${found.fault}`);
  return found.items;
}
const onlyOf = (info: CapInfoParts): Item => itemsOf({ infos: [info] })[0] as Item;

test('a message is an item, which its sender, its identifier and its time name', () => {
  const [item] = itemsOf({ identifier: 'a1', infos: [{ event: 'عاصفة' }] });
  expect(item).toMatchObject({
    id: 'office@met.example,a1,2026-11-29T07:00:00.000Z',
    edition: 'ar',
    lang: 'ar',
    headline: 'عاصفة',
    change: 'update',
    unfit: null,
    version: { number: null, madeAt: Date.parse('2026-11-29T07:00:00Z') },
  });
});

test.each([
  ['Extreme', 'Immediate', 'Observed', 'flash'],
  ['Severe', 'Immediate', 'Likely', 'flash'],
  ['Severe', 'Immediate', 'Possible', 'urgent'],
  ['Severe', 'Expected', 'Likely', 'urgent'],
  ['Extreme', 'Expected', 'Possible', 'urgent'],
  ['Severe', 'Future', 'Likely', 'normal'],
  ['Extreme', 'Past', 'Observed', 'normal'],
  ['Moderate', 'Immediate', 'Observed', 'normal'],
  ['Unknown', 'Unknown', 'Unknown', 'normal'],
])('%s, %s, %s is %s', (severity, urgency, certainty, ours) => {
  expect(onlyOf({ severity, urgency, certainty }).urgency).toBe(ours);
});

test('each language is an edition; of several infos in one language the most severe counts', () => {
  const items = itemsOf({
    infos: [
      { language: 'ar', event: 'رياح', severity: 'Minor' },
      { language: 'en-US', event: 'Wind' },
      { language: 'ar', event: 'إعصار', severity: 'Extreme' },
      { language: 'zh-tw', event: '颱風' },
    ],
  });
  expect(items.map(({ edition, headline }) => [edition, headline])).toEqual([
    ['ar', 'إعصار'],
    ['en-US', 'Wind'],
    ['zh-TW', '颱風'],
  ]);
});

test('an info without a language is in en-US, as the standard says', () => {
  const { xml } = capMessage({ infos: [{ language: 'xx' }] });
  const found = readCap(Buffer.from(xml.replace('<language>xx</language>', '')));
  expect(found).toMatchObject({ items: [{ edition: 'en-US', lang: 'en-US' }] });
});

test('what to do stands beside what happens; its areas and codes are subjects', () => {
  const more =
    '<expires>2026-11-29T20:00:00+03:00</expires><headline>تحذير من السيول</headline><description>أمطار\n\nغزيرة</description>' +
    '<instruction>ابتعدوا عن الأودية</instruction><eventCode><valueName>SAME</valueName><value>FFW</value></eventCode>' +
    '<area><areaDesc>الرياض</areaDesc><geocode><valueName>ISO</valueName><value>SA-01</value></geocode></area>';
  expect(onlyOf({ event: 'Flood', more })).toMatchObject({
    headline: 'تحذير من السيول',
    body: 'أمطار غزيرة ابتعدوا عن الأودية',
    subjects: ['flood', 'met', 'ffw', 'الرياض', 'sa-01'],
    expiresAt: '2026-11-29T17:00:00.000Z',
  });
});

test('a long headline is cut at a word', () => {
  const { headline } = onlyOf({ more: `<headline>${'كلمة '.repeat(80)}</headline>` });
  expect(headline.length).toBeLessThanOrEqual(200);
  expect(headline).toMatch(/كلمة…$/);
});

test.each(['2026-11-29T07:00:00Z', '2026-11-29T07:00:00.000-00:00', '2026-11-29T10:00:00+0300'])(
  'the time %s is read as any other, and names the same message',
  (sent) => {
    expect(itemsOf({ identifier: 'same', sent })[0]?.id).toBe(
      'office@met.example,same,2026-11-29T07:00:00.000Z',
    );
  },
);

test.each<[string, CapParts, RegExp]>([
  ['a test', { status: 'Test' }, /status is test/],
  ['an exercise', { status: 'Exercise' }, /status is exercise/],
  ['a draft', { status: 'Draft' }, /status is draft/],
  ['a message between systems', { status: 'System' }, /status is system/],
  ['what is restricted', { scope: 'Restricted' }, /scope is restricted/],
  ['what is private', { scope: 'Private' }, /scope is private/],
  ['an acknowledgement', { msgType: 'Ack' }, /answer to another/],
  ['a message without info', { infos: [] }, /says nothing/],
])('%s is for no reader, and says why', (_what, parts, why) => {
  const [item] = itemsOf(parts);
  expect(sentenceOf(item?.unfit ?? reason('no-item'))).toMatch(why);
});

test('a test ends nothing that readers see', () => {
  const { triple } = capMessage({});
  const sent = '2026-11-29T11:00:00+03:00';
  for (const msgType of ['Update', 'Cancel']) {
    expect(read({ status: 'Test', msgType, sent, references: [triple] })).not.toHaveProperty('endings');
  }
});

test('an Update continues and ends all that it names, the newest first; a Cancel ends them', () => {
  const references = ['o,a,2026-11-29T08:00:00+03:00', 'o,b,2026-11-29T09:00:00+03:00'];
  const ids = ['o,b,2026-11-29T06:00:00.000Z', 'o,a,2026-11-29T05:00:00.000Z'];
  const updated = read({ msgType: 'Update', identifier: 'u', references });
  const by = 'office@met.example,u,2026-11-29T07:00:00.000Z';
  const at = Date.parse('2026-11-29T07:00:00Z');
  expect(updated).toMatchObject({
    items: [{ follows: ids }],
    endings: ids.map((id) => ({ id, by, how: 'replaced', at })),
  });
  expect(read({ msgType: 'Cancel', identifier: 'c', references, infos: [] })).toMatchObject({
    items: [],
    endings: ids.map((id) => ({ id, how: 'cancelled' })),
  });
});

test.each<[string, CapParts, string]>([
  ['without what it cancels', { msgType: 'Cancel' }, '/references'],
  [
    'that names itself',
    { msgType: 'Update', identifier: 'me', references: [capMessage({ identifier: 'me' }).triple] },
    '/references',
  ],
  ['that names a later one', { msgType: 'Update', references: ['o,a,2027-01-01T00:00:00Z'] }, '/references'],
  ['with references that are none', { msgType: 'Update', references: ['warning-1'] }, '/references'],
  [
    'with a thousand references',
    { msgType: 'Update', references: Array.from({ length: 1000 }, (_, n) => `o,${n},2026-01-01T00:00:00Z`) },
    '/references',
  ],
  ['without a sender', { sender: ' ' }, '/sender'],
  ['whose time has no zone', { sent: '2026-11-29T10:00:00' }, '/sent'],
  ['of a status that is none', { status: 'Real' }, '/status'],
  ['of a type that is none', { msgType: 'Warning' }, '/msgType'],
  ['of a severity that is none', { infos: [{ severity: 'Bad' }] }, '/severity'],
  ['in a language that is none', { infos: [{ language: 'not a language' }] }, '/language'],
  ['of another standard', { namespace: 'urn:example:cap' }, ''],
])('a message %s is refused, and names the field', (_what, parts, pointer) => {
  expect(read(parts)).toEqual({ fault: expect.stringMatching(/./), pointer });
});
