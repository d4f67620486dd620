import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { diffWords } from '../../../../src/web/desk/versions/word-diff.ts';

test('only the words that changed are marked', () => {
  expect(diffWords('مقتل أربعة في انهيار مبنى', 'مقتل خمسة في انهيار مبنى')).toEqual([
    { type: 'same', text: 'مقتل ' },
    { type: 'removed', text: 'أربعة ' },
    { type: 'added', text: 'خمسة ' },
    { type: 'same', text: 'في انهيار مبنى' },
  ]);
});

test('a mark beside a word is not part of it, and vowel signs are', () => {
  expect(diffWords('Three hurt', 'Three hurt, two missing')).toEqual([
    { type: 'same', text: 'Three hurt' },
    { type: 'added', text: ', two missing' },
  ]);
  expect(diffWords('كُتب', 'كَتب').map(({ type }) => type)).toEqual(['removed', 'added']);
});

test('a text that is new or gone is one part; the same text is one', () => {
  expect(diffWords('', 'new text')).toEqual([{ type: 'added', text: 'new text' }]);
  expect(diffWords('old text', '')).toEqual([{ type: 'removed', text: 'old text' }]);
  expect(diffWords('same', 'same')).toEqual([{ type: 'same', text: 'same' }]);
  expect(diffWords('', '')).toEqual([]);
});

test('whatever the texts are, both can be read out of their difference', () => {
  const text = array(constantFrom('a', 'b', 'خبر', '.', ' ', '5')).map((words) => words.join(' '));
  const squeezed = (all: string): string => all.replaceAll(/\s+/g, '');
  assert(
    property(text, text, (before, after) => {
      const parts = diffWords(before, after);
      const read = (without: string): string =>
        parts
          .filter(({ type }) => type !== without)
          .map((part) => part.text)
          .join('');
      expect(squeezed(read('added'))).toBe(squeezed(before));
      expect(read('removed')).toBe(after);
    }),
  );
});
