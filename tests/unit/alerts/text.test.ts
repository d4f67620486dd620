import { expect, test } from 'vitest';
import { readText, withoutRefused } from '../../../src/alerts/text.ts';

const read = (raw: string): string => {
  const result = readText(raw);
  return 'text' in result ? result.text : `refused: ${result.fault}`;
};

test.each([
  ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
  ['a\u2028b\u2029c\u0085d\u000be\u000cf', 'a\nb\nc\nd\ne\nf'],
  ['a\tb', 'a b'],
  ['\ufeff a ', 'a'],
  ['e\u0301', 'é'],
])('%j has one safe form', (raw, text) => expect(read(raw)).toBe(text));

test.each([
  '\u2068محمد\u2069 و \u2067x\u2066y\u2069\u2069',
  'می\u200cخواهم \u200fعاجل\u200e \u061c',
  '👨‍👩‍👧‍👦 ❤️ 1️⃣ 🏳️‍🌈 👍🏽',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿',
  'قُرْآنٌ ﷺ ۝ \u0600',
  'ທີ່ न्यूज़ ༄༅',
  '𝒜 \u{1f680}',
])('%s is taken as it is', (text) => expect(read(text)).toBe(text.normalize('NFC')));

test.each([
  ['ab\u202ec', 'U+202E (right-to-left override) at character 3'],
  ['\u202ba\u202c', 'U+202B (right-to-left embedding) at character 1'],
  ['👍\u2068a', 'unbalanced U+2068 (first strong isolate) at character 2'],
  ['a\u2069', 'unbalanced U+2069 (pop directional isolate) at character 2'],
  ['\u2068a\nb\u2069', 'unbalanced U+2068 (first strong isolate) at character 1'],
  ['a\ufffd', 'U+FFFD (replacement character: the text was damaged before it came here) at character 2'],
  ['a\u200bb', 'U+200B (zero width space) at character 2'],
  ['a\u2060b', 'U+2060'],
  ['a\u00adb', 'U+00AD (soft hyphen)'],
  ['a\u034fb', 'U+034F'],
  ['a\u3164b', 'U+3164'],
  ['a\u115fb', 'U+115F'],
  ['a\uffa0b', 'U+FFA0'],
  ['a\u180eb', 'U+180E'],
  ['a\u206ab', 'U+206A'],
  ['a\ufff9b', 'U+FFF9'],
  ['a\u{e0041}b', 'U+E0041'],
  ['🏴\u{e0041}\u{e007f}', 'U+E0041'],
  ['a\u{1d173}b', 'U+1D173'],
  ['a\ue000b', 'U+E000'],
  ['a\u{f0000}b', 'U+F0000'],
  ['a\ufdd0b', 'U+FDD0'],
  ['a\uffffb', 'U+FFFF'],
  ['a\u{1fffe}b', 'U+1FFFE'],
  ['a\u0378b', 'U+0378'],
  ['a\ud800b', 'U+D800'],
  [`a${'\u0301'.repeat(9)}`, 'must not stack more than 8 marks at character 10'],
  [`a${'\u200d\u200c'.repeat(5)}`, 'must not stack more than 8 marks'],
  ['a\ufe0f\ufe0f', 'two variation selectors in a row at character 3'],
  ['a\u{e0100}\u{e0101}', 'two variation selectors in a row'],
])('%j is refused, by name and place', (raw, fault) => {
  expect(read(raw)).toContain(`refused: must not`);
  expect(read(raw)).toContain(fault);
});

test('what is refused can be taken out, and the rest is taken then', () => {
  const damaged = 'a\u202eb\u2068c\r\n\u200b\u{e0041}d' + '\u0301'.repeat(12) + 'e\ufe0f\ufe0f';
  const text = withoutRefused(damaged);
  expect(text).toBe('abc\nd' + '\u0301'.repeat(8) + 'e\ufe0f');
  expect(read(text)).toBe(text.normalize('NFC'));
});
