import { expect, test } from 'vitest';
import { areSimilar } from '../../../src/newsroom/checks/similar.ts';

test.each([
  ['عاجل: انهيار جسر في المدينة القديمة', 'انهيار جسر في المدينة القديمة'],
  ['Breaking: bridge collapses in old town', 'Bridge collapses in old town'],
  ['في المدينة القديمة انهيار جسر', 'انهيار جسر في المدينة القديمة'],
  ['انهيار جسر كبير في المدينة القديمة', 'انهيار جسر في المدينة القديمة'],
  ['Three hurt as bridge collapses', 'Four hurt as bridge collapses'],
  ['عاجل', 'عاجل'],
])('"%s" may be "%s"', (one, other) => {
  expect(areSimilar(one, other)).toBe(true);
  expect(areSimilar(other, one)).toBe(true);
});

test.each([
  ['Bridge collapses in old town', 'Parliament passes the budget'],
  ['انهيار جسر في المدينة', 'انهيار سد قرب المدينة'],
  ['Minister resigns', 'Minister dies'],
  ['the the the bridge', 'the bridge fell today'],
])('"%s" is not "%s"', (one, other) => expect(areSimilar(one, other)).toBe(false));
