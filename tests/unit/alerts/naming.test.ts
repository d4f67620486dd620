import { expect, test } from 'vitest';
import { changeName, labelName, takesBack, titleOf } from '../../../src/alerts/naming.ts';
import { ALERT_PAGE, CHANGES, CLOSE } from '../../../src/words/words.ts';
import { CARD, READER } from '../../../src/words/reader-words.ts';

test('a title names what takes back, and nothing else', () => {
  const titles = (['new', 'update', 'correction', 'retraction'] as const).map((change) =>
    titleOf({ change, headline: 'Three dead' }, 'en'),
  );
  expect(titles).toEqual(['Three dead', 'Three dead', 'Correction: Three dead', 'Retracted: Three dead']);
  expect(takesBack('update')).toBe(false);
});

test('a change is named in the language of the tag, in English where we lack the language', () => {
  expect(changeName('correction', 'ar-EG')).toBe('تصحيح');
  expect(changeName('correction', 'sw')).toBe('Correction');
});

test('what is quiet or has expired is not called breaking; a correction stays one', () => {
  expect(labelName({ change: 'new', urgency: 'urgent' }, 'en', false)).toBe('Breaking');
  expect(labelName({ change: 'new', urgency: 'urgent' }, 'en', true)).toBe('News');
  expect(labelName({ change: 'new', urgency: 'normal' }, 'en', false)).toBe('News');
  expect(labelName({ change: 'correction', urgency: 'normal' }, 'en', true)).toBe('Correction');
});

test('no language lacks a word', () => {
  for (const table of [CHANGES, ALERT_PAGE, READER, CARD]) {
    for (const words of Object.values(table)) {
      expect(Object.keys(words).sort()).toEqual(Object.keys(table.en).sort());
      expect(Object.values<string>(words)).not.toContain('');
    }
  }
  expect(Object.values(CLOSE)).not.toContain('');
});
