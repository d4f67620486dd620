import { expect, test } from 'vitest';
import { isInAnotherScript } from '../../../src/alerts/script-check.ts';

test.each([
  ['Parliament dissolved', 'ar', true],
  ['Parliament dissolved', 'en', false],
  ['Parliament dissolved', 'fr', false],
  ['حلّ البرلمان', 'ar', false],
  ['حلّ البرلمان', 'fa', false],
  ['حلّ البرلمان', 'en', true],
  ['ناسا: إطلاق SpaceX Falcon 9', 'ar', false],
  ['NATO', 'ru', true],
  ['HQ', 'ar', false],
  ['東京で地震', 'ja', false],
  ['Землетрясение', 'uk', false],
  ['12:30', 'ar', false],
  ['Anything', 'xx', false],
])('%s, marked as %s: another script is %s', (text, lang, another) => {
  expect(isInAnotherScript(text, lang)).toBe(another);
});
