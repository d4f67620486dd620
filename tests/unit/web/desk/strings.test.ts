import { expect, test } from 'vitest';
import { alert } from '../../../../src/web/desk/words/en/alert.ts';
import { frame } from '../../../../src/web/desk/words/en/frame.ts';
import { sending } from '../../../../src/web/desk/words/en/sending.ts';
import { STRINGS } from '../../../../src/web/desk/words/strings.ts';
import { waiting } from '../../../../src/web/desk/words/en/waiting.ts';
import { writing } from '../../../../src/web/desk/words/en/writing.ts';

test('no text takes the place of another: the files of a language share no name', () => {
  const names = [frame, writing, sending, alert, waiting].flatMap((file) => Object.keys(file));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  // The four that have a name of their own.
  expect(names.length + 4).toBe(Object.keys(STRINGS.en).length);
});
