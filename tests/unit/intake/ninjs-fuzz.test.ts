import { expect, test } from 'vitest';
import { readNinjs } from '../../../src/intake/formats/ninjs/ninjs.ts';
import { seededRandom } from '../../support/random.ts';

const random = seededRandom(14);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const NAMES = (
  'uri guid headline headlines headline_main body_html bodies body_ pubstatus pubStatus urgency version versioncreated ' +
  'versionCreated embargoed embargoedUntil expires subject subjects service signal ednote evolvedfrom type language role ' +
  'value contenttype code name qcode __proto__ constructor toString valueOf length /~'
).split(' ');
const TEXTS = [
  '',
  ...' text picture usable canceled withheld main 1 9 10 1e999 ar x- sig: < &#xFFFFFF; &#0; \u202e'.split(
    ' ',
  ),
  '<p>x</p>',
  '\u0000\ud800',
  '2026-11-20T08:00:00+0000',
  '9999-99-99T99:99:99Z',
  '<div>'.repeat(500),
  'ع'.repeat(3000),
  '://'.repeat(90),
];

/** Any JSON, more often than not with names that the format knows. */
function anyJson(depth: number): unknown {
  const kind = depth === 0 ? random() * 5 : random() * 8;
  if (kind < 1) return null;
  if (kind < 2) return pick([true, false]);
  if (kind < 3) return pick([0, -1, 1, 3, 1.5, 1e308, 2 ** 53, -0]);
  if (kind < 5) return pick(TEXTS);
  const parts = Array.from({ length: Math.floor(random() * 6) }, () => anyJson(depth - 1));
  if (kind < 6) return parts;
  // JSON.parse makes own fields of every name, which a literal does not.
  const fields = parts.map((part) => `${JSON.stringify(pick(NAMES))}:${JSON.stringify(part)}`);
  return JSON.parse(`{${fields.join(',')}}`);
}

function anyItem(): string {
  const fields = Array.from(
    { length: 14 },
    () => `${JSON.stringify(pick(NAMES))}:${JSON.stringify(anyJson(3))}`,
  );
  return `{"uri":"x","headline":"h",${fields.join(',')}}`;
}

test('any JSON gives items or a fault, and nothing is thrown', () => {
  const seen = { items: 0, faults: 0 };
  for (let round = 0; round < 4000; round++) {
    const text = random() < 0.7 ? anyItem() : JSON.stringify(anyJson(4));
    const result = readNinjs(Buffer.from(text));
    if ('fault' in result) {
      seen.faults += 1;
      expect(result.fault).not.toBe('');
      continue;
    }
    seen.items += 1;
    for (const item of result.items) {
      expect(item.id).not.toBe('');
      const isTakenBack = item.change === 'withdrawal' || item.change === 'hold';
      if (!isTakenBack && item.unfit === null) expect(item.headline.trim()).not.toBe('');
      for (const time of [item.embargoedUntil, item.expiresAt]) {
        if (time !== null) expect(new Date(time).toISOString()).toBe(time);
      }
    }
  }
  expect(seen.items).toBeGreaterThan(100);
  expect(seen.faults).toBeGreaterThan(100);
});

test('any bytes do the same, cut or changed', () => {
  for (let round = 0; round < 1000; round++) {
    const bytes = Buffer.from(anyItem());
    for (let change = 0; change < 4; change++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const result = readNinjs(bytes.subarray(0, Math.floor(random() * bytes.length) + 1));
    expect('items' in result || result.fault !== '').toBe(true);
  }
});

test('deep nesting and a million tags are read in bounded work', () => {
  const deep = `{"uri":"x","headline":"h","subject":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(readNinjs(Buffer.from(deep))).toHaveProperty('items');
  const tags = JSON.stringify({ uri: 'x', headline: 'h', body_html: '<div>'.repeat(200_000) });
  expect(readNinjs(Buffer.from(tags))).toHaveProperty('items');
});

test('of thousands of empty texts only some are read', () => {
  const empty = '<p>'.repeat(5000);
  const headlines = Array.from({ length: 60 }, () => ({ value: empty }));
  const behind = { uri: 'x', headlines: [...headlines, { value: 'never reached' }] };
  expect(readNinjs(Buffer.from(JSON.stringify(behind)))).toMatchObject({ pointer: '/headlines' });
  const few = { uri: 'x', headlines: [{ value: '<p></p>' }, { value: 'reached' }] };
  expect(readNinjs(Buffer.from(JSON.stringify(few)))).toMatchObject({ items: [{ headline: 'reached' }] });
});
