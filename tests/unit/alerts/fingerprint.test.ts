import { expect, test } from 'vitest';
import { headlineFingerprint, normaliseHeadline } from '../../../src/alerts/fingerprint.ts';

test.each([
  ['عاجل: انفجارٌ في بغداد', 'عاجل  انفجار في بغداد'],
  ['الـــقـاهرة', 'القاهره'],
  ['أإآٱا', 'ااااا'],
  ['مستشفى', 'مستشفي'],
  ['١٢ قتيلا', '12 قتيلا'],
  ['۱۲ قتيلا', '12 قتيلا'],
  ['BREAKING – Fire!', 'breaking fire'],
  ['ﻻ', 'لا'],
  ['فرنسا\u200b', 'فرنسا'],
  ['می\u200cخواهم', 'میخواهم'],
  ['bre\u00adaking', 'breaking'],
  ['fire\u{e0041}', 'fire'],
  ['fire\ufe0f', 'fire'],
  ['fi\u034fre', 'fire'],
  ['Brеаking', 'Breaking'],
  ['کیف', 'كيف'],
])('%s reads as %s', (one, other) => {
  expect(normaliseHeadline(one)).toBe(normaliseHeadline(other));
});

test.each([
  ['दिन', 'दान'],
  ['القاهرة', 'القاهرات'],
  ['12', '21'],
])('%s and %s stay apart', (one, other) => {
  expect(normaliseHeadline(one)).not.toBe(normaliseHeadline(other));
});

test('the language counts, its region does not; a headline of signs is compared as it is', () => {
  expect(headlineFingerprint('a', 'ar-EG')).toBe(headlineFingerprint('a', 'ar'));
  expect(headlineFingerprint('a', 'en')).not.toBe(headlineFingerprint('a', 'ar'));
  expect(headlineFingerprint('!!!', 'ar')).not.toBe(headlineFingerprint('???', 'ar'));
});
