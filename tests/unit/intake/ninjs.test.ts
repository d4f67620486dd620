import { describe, expect, test } from 'vitest';
import { readNinjs } from '../../../src/intake/formats/ninjs/ninjs.ts';
import type { Item } from '../../../src/intake/item.ts';

const read = (value: unknown) =>
  readNinjs(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

/** Of an item that can be read. */
function itemOf(value: object): Item {
  const result = read(value);
  if ('fault' in result) throw new Error(`${result.pointer} ${result.fault}`);
  const [item] = result.items;
  if (item === undefined || result.items.length !== 1) throw new Error('not one item');
  return item;
}

const V1 = {
  uri: 'https://news.example/items/quake',
  type: 'text',
  version: '3',
  versioncreated: '2026-11-20T08:00:00Z',
  pubstatus: 'usable',
  urgency: 1,
  language: 'en',
  headline: 'Earthquake shakes the coast',
  description_text: 'Nobody was hurt.',
  body_html: '<p>A longer text.</p>',
  subject: [{ name: 'Disaster', code: '03000000' }],
};
const V2 = {
  uri: 'urn:example:quake',
  version: '3',
  versioncreated: '2026-11-20T08:00:00+00:00',
  headlines: [
    { role: 'short', value: 'Quake' },
    { role: 'main', contenttype: 'text/plain', value: V1.headline },
  ],
  descriptions: [{ role: 'text', value: V1.description_text }],
  subjects: [
    { name: 'Disaster', literal: '03000000', uri: 'http://cv.iptc.org/newscodes/mediatopic/20000139' },
  ],
};
const V3 = {
  $schema: 'https://example.com/3.1.json',
  uri: 'urn:example:quake',
  version: '3',
  versionCreated: '2026-11-20T09:00:00+01:00',
  pubStatus: 'usable',
  embargoedUntil: '2026-11-20T12:00:00+03:00',
  headlines: [{ role: 'main', contentType: 'text/html', value: 'Earthquake <b>shakes</b> the coast' }],
  descriptions: [{ role: 'text', value: V1.description_text }],
};
const SUPERDESK = {
  guid: 'urn:newsml:desk:quake',
  version: '9',
  versioncreated: '2026-11-20T08:00:00+0000',
  type: 'text',
  pubstatus: 'usable',
  priority: 2,
  urgency: 2,
  headline: 'Earthquake shakes the coast',
  service: [{ name: 'World News', code: 'w' }],
  subject: [{ name: 'disaster', code: '03000000', scheme: null }],
  signal: [{ name: 'update', qcode: 'sig:update' }],
  evolvedfrom: 'urn:newsml:desk:tremor',
  associations: { embedded123: null },
  extra: { anything: [1, { of: 'theirs' }] },
};

describe('each version of ninjs is recognised by itself', () => {
  test('1.x', () => {
    expect(itemOf(V1)).toEqual({
      id: V1.uri,
      version: { number: 3, madeAt: Date.parse(V1.versioncreated) },
      edition: null,
      follows: [],
      change: 'update',
      unfit: null,
      stale: null,
      headline: V1.headline,
      body: 'Nobody was hurt.',
      lang: 'en',
      subjects: ['03000000', 'disaster'],
      urgency: '1',
      isSensitive: false,
      embargoedUntil: null,
      expiresAt: null,
    });
    expect(
      itemOf({ uri: 'x', headline_main: 'Main', headline_short: 'Short', body_main: 'B' }),
    ).toMatchObject({
      headline: 'Main',
      body: 'B',
    });
    expect(itemOf({ uri: 'x', headline_x: 'Other' }).headline).toBe('Other');
  });
  test('2.x and 3.x', () => {
    expect(itemOf(V2)).toMatchObject({
      headline: V1.headline,
      body: 'Nobody was hurt.',
      version: { number: 3 },
    });
    expect(itemOf(V2).subjects).toEqual(
      expect.arrayContaining(['03000000', 'disaster', '20000139', V2.subjects[0]?.uri]),
    );
    expect(itemOf(V3)).toMatchObject({
      headline: V1.headline,
      version: { number: 3, madeAt: Date.parse('2026-11-20T08:00:00Z') },
      embargoedUntil: '2026-11-20T09:00:00.000Z',
    });
  });
  test('Superdesk', () => {
    expect(itemOf(SUPERDESK)).toMatchObject({
      id: SUPERDESK.guid,
      version: { number: 9, madeAt: Date.parse('2026-11-20T08:00:00Z') },
      follows: ['urn:newsml:desk:tremor'],
      change: 'update',
      urgency: '2',
    });
    expect(itemOf(SUPERDESK).subjects).toEqual(['03000000', 'disaster', 'w', 'world news']);
  });
});

test('the status says what is usable, held, or taken back for good', () => {
  const changeOf = (pubstatus: unknown) => itemOf({ ...V1, pubstatus }).change;
  expect(['usable', null, '', 'USABLE', 'stat:usable'].map(changeOf)).toEqual(Array(5).fill('update'));
  expect(['canceled', 'cancelled', 'stat:canceled'].map(changeOf)).toEqual(Array(3).fill('withdrawal'));
  expect(changeOf('withheld')).toBe('hold');
  expect(itemOf({ ...V3, pubStatus: 'canceled' }).change).toBe('withdrawal');
  expect(read({ ...V3, pubStatus: 'perhaps' })).toMatchObject({ pointer: '/pubStatus' });
  expect(read({ ...V1, pubstatus: 7 })).toMatchObject({ pointer: '/pubstatus' });
});

test('what is taken back needs nothing but its name', () => {
  expect(itemOf({ guid: 'a', pubstatus: 'canceled' })).toMatchObject({ change: 'withdrawal', headline: '' });
  expect(itemOf({ guid: 'a', pubstatus: 'canceled', type: 'picture', embargoed: 'soon' })).toMatchObject({
    change: 'withdrawal',
    unfit: null,
  });
});

test('a correction is one by its signal or its note', () => {
  const changeOf = (fields: object) => itemOf({ ...SUPERDESK, ...fields }).change;
  expect(changeOf({ signal: [{ qcode: 'sig:correction' }] })).toBe('correction');
  expect(changeOf({ signal: [{ name: 'Correction', code: 'correction' }] })).toBe('correction');
  expect(changeOf({ signal: 'http://cv.iptc.org/newscodes/signal/correction' })).toBe('correction');
  expect(changeOf({ signal: null, ednote: 'CORRECTION: the number is three' })).toBe('correction');
  expect(changeOf({ ednote: 'تصحيح: العدد ثلاثة' })).toBe('correction');
  expect(changeOf({ ednote: 'No correction' })).toBe('update');
});

test('a warning of the source asks for an editor', () => {
  const signal = [{ name: 'Content Warning', code: 'cwarn', scheme: 'http://cv.iptc.org/newscodes/signal/' }];
  expect(itemOf({ ...SUPERDESK, signal }).isSensitive).toBe(true);
  expect(itemOf(SUPERDESK).isSensitive).toBe(false);
});

test('only text and composite items become alerts', () => {
  const unfitOf = (type: unknown) => itemOf({ ...V1, type }).unfit;
  expect(['text', 'composite', 'Text', null].map(unfitOf)).toEqual([null, null, null, null]);
  expect(unfitOf('picture')).toEqual({ code: 'wrong-type', values: { type: 'picture' } });
  expect(itemOf({ guid: 'p', type: 'picture' }).unfit).toMatchObject({ code: 'wrong-type' });
});

test.each([
  ['no headline at all', { uri: 'x', bodies: [{ value: 'B' }] }, '/headlines'],
  ['no headline in 1.x', { uri: 'x', body_text: 'B' }, '/headline'],
  ['an empty list of headlines', { uri: 'x', headlines: [] }, '/headlines'],
  ['headlines without a value', { uri: 'x', headlines: [{ role: 'main', value: null }, 7] }, '/headlines'],
  ['a headline of nothing but markup', { uri: 'x', headline: '<p>&nbsp;</p>' }, '/headline'],
  ['a headline that is no text', { uri: 'x', headline: { value: 'x' } }, '/headline'],
  ['no id', { headline: 'x' }, '/uri'],
  ['an id that is no text', { uri: {}, headline: 'x' }, '/uri'],
  ['an embargo without a zone', { ...V1, embargoed: '2026-11-20T08:00:00' }, '/embargoed'],
  ['an embargo that is no time', { ...V3, embargoedUntil: true }, '/embargoedUntil'],
  ['an expiry that is no time', { ...V1, expires: '2026-13-40T00:00:00Z' }, '/expires'],
  ['a type that is no text', { ...V1, type: ['text'] }, '/type'],
  ['no object', [V1], ''],
  ['garbage', '{"uri": ', ''],
  ['nothing', '', ''],
])('%s is refused by name', (_name, value, pointer) => {
  expect(read(value)).toEqual({ fault: expect.any(String) as string, pointer });
});

test('bytes that are no UTF-8 are refused, a byte order mark is not', () => {
  const bytes = Buffer.from(JSON.stringify({ uri: 'x', headline: 'é' }), 'latin1');
  expect(readNinjs(bytes)).toMatchObject({ pointer: '' });
  expect(read(`\ufeff${JSON.stringify(V1)}`)).toHaveProperty('items');
});

test('what agencies write otherwise is understood', () => {
  const urgencies = ['1', ' 2 ', 3, 3.0, 0, 10, -1, 1.5, 'high', '', null, {}];
  expect(urgencies.map((urgency) => itemOf({ ...V1, urgency }).urgency)).toEqual([
    '1',
    '2',
    '3',
    '3',
    ...Array<null>(8).fill(null),
  ]);
  const numberOf = (version: unknown) => itemOf({ ...V1, version }).version.number;
  expect(['9', '10', 10, '2.0', '1.10', 'b', null].map(numberOf)).toEqual([9, 10, 10, 2, null, null, null]);
  const madeAtOf = (versioncreated: unknown) => itemOf({ ...V1, versioncreated }).version.madeAt;
  expect(madeAtOf('2026-11-20T09:00:00+0100')).toBe(Date.parse('2026-11-20T08:00:00Z'));
  expect(madeAtOf('yesterday')).toBeNull();
  expect(['en_US', 'ar', 'not a language', 7].map((language) => itemOf({ ...V1, language }).lang)).toEqual([
    'en-US',
    'ar',
    null,
    null,
  ]);
});

test('HTML becomes text by its own rules', () => {
  const body =
    '<p>Tom &amp; Ana&nbsp;said: 1 &lt; 2.</p><script>alert(1)</script><p>More <a href="https://x.example">here</a></p>';
  const bodyOf = (fields: object) => itemOf({ uri: 'x', headline: 'H', ...fields }).body;
  expect(bodyOf({ body_html: body })).toBe('Tom & Ana\u00a0said: 1 < 2.\n\nMore here');
  expect(bodyOf({ body_text: 'a < b and c > d' })).toBe('a < b and c > d');
  expect(bodyOf({ description_html: '<p>Summary</p>', body_html: body })).toBe('Summary');
  expect(itemOf({ uri: 'x', headline: 'AT&amp;T <i>buys</i>' }).headline).toBe('AT&T buys');
  expect(bodyOf({ body_html: null, body_text: '' })).toBeNull();
});
