import { expect, test } from 'vitest';
import { timesIn } from '../../../src/pages/common/times.ts';

const AT = '2026-05-01T10:00:00.000Z';

test('the formatters of a language are made once, however many times a page shows', () => {
  const times = timesIn('en', 'UTC');
  expect(timesIn('en', 'UTC')).toBe(times);
  expect(times.full(AT)).toBe('1 May 2026 at 10:00 UTC');
  expect(timesIn('ar', 'UTC')).not.toBe(times);
  expect(timesIn('en')).not.toBe(times);
});

test('those of few languages are kept', () => {
  const first = timesIn('en', 'UTC');
  for (let index = 0; index < 100; index++) timesIn(`en-x-a${index}`, 'UTC');
  const again = timesIn('en', 'UTC');
  expect(again).not.toBe(first);
  expect(again.full(AT)).toBe(first.full(AT));
});
