import { expect, test } from 'vitest';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';

const HOUR = 3_600_000;
const first = firstVersion(
  'id',
  { headline: 'خبر', lang: 'ar', topics: ['world', 'world'], urgency: 'urgent', body: '' },
  'editor',
  0,
);

test('a first version has its defaults: an hour to live, direction by language, each topic once', () => {
  expect(first).toMatchObject({ version: 1, dir: 'rtl', body: null, topics: ['world'], status: 'sending' });
  expect(Date.parse(first.expiresAt)).toBe(HOUR);
});

test('a correction of an expired alert lives anew, and one of a long-lived alert keeps its end', () => {
  const late = nextVersion(first, { change: 'correction' }, 'other', 10 * HOUR);
  expect(Date.parse(late.expiresAt)).toBe(11 * HOUR);
  const long = { ...first, expiresAt: new Date(30 * HOUR).toISOString() };
  expect(Date.parse(nextVersion(long, { change: 'update' }, 'other', HOUR).expiresAt)).toBe(30 * HOUR);
  expect(late).toMatchObject({ version: 2, headline: 'خبر', createdBy: 'other', createdAt: first.createdAt });
});
