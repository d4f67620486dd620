import { expect, test } from 'vitest';
import { reason, REASON_CODES, sentenceOf } from '../../../../src/intake/reasons.ts';
import { reasonText } from '../../../../src/web/desk/admin/item-reason.ts';
import { INTAKE_WORDS } from '../../../../src/web/desk/words/intake-words.ts';
import { wordsIn } from '../../../../src/web/desk/words/words.ts';

const named = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted();

test.each(['ar', 'en'] as const)(
  'every reason of intake has its words in %s, and names what it may',
  (language) => {
    const words = INTAKE_WORDS[language];
    expect(Object.keys(words).toSorted()).toEqual([...REASON_CODES].toSorted());
    for (const code of REASON_CODES) {
      const known = named(sentenceOf(reason(code)));
      for (const name of named(words[code] ?? '')) expect(known).toContain(name);
    }
  },
);

test('a reason is told in the editor’s language, with our names of statuses; an unknown one as the server says it', () => {
  const ar = wordsIn('ar');
  expect(reasonText('…', reason('ended', { status: 'retracted' }), ar)).toContain('سُحب');
  expect(reasonText('…', reason('not-marked', { mark: '#breaking' }), ar)).toContain('#breaking');
  expect(reasonText('newer than this page', { code: 'of-tomorrow' }, ar)).toBe('newer than this page');
  expect(reasonText('stored before there were codes', null, ar)).toBe('stored before there were codes');
  expect(reasonText(null, null, ar)).toBeNull();
});
