import { expect, test } from 'vitest';
import { tidOf } from '../../../src/outlets/posts/bluesky/record.ts';
import { wants } from '../../../src/outlets/posts/filter.ts';
import { REASONS } from '../../../src/outlets/posts/reason.ts';
import { STRINGS } from '../../../src/web/desk/words/strings.ts';

test('the desk has words for each reason', () => {
  for (const { outlets } of Object.values(STRINGS)) {
    expect(Object.keys(outlets.reasons).sort()).toEqual(Object.keys(REASONS).sort());
  }
});

test('an outlet wants what is urgent enough, in one of its topics and its languages', () => {
  const alert = { topics: ['world', 'sport'], lang: 'ar-EG', urgency: 'urgent' } as const;
  const all = { leastUrgency: 'normal' } as const;
  const wanted = (filter: Partial<Parameters<typeof wants>[0]>) =>
    wants({ ...all, topics: [], languages: [], ...filter }, { ...alert, topics: [...alert.topics] });
  expect(wanted({})).toBe(true);
  expect(wanted({ leastUrgency: 'urgent' })).toBe(true);
  expect(wanted({ leastUrgency: 'flash' })).toBe(false);
  expect(wanted({ topics: ['sport', 'economy'] })).toBe(true);
  expect(wanted({ topics: ['economy'] })).toBe(false);
  expect(wanted({ languages: ['arz', 'en'] })).toBe(true);
  expect(wanted({ languages: ['en'] })).toBe(false);
});

test('the key of a Bluesky post is a TID: the same for the same post, another for another, and in order of time', () => {
  const atMs = Date.parse('2026-11-29T10:00:00.000Z');
  const tid = tidOf(atMs, 'a.1.out1');
  expect(tid).toMatch(/^[234567abcdefghij][234567a-z]{12}$/);
  expect(tidOf(atMs, 'a.1.out1')).toBe(tid);
  expect(tidOf(atMs, 'a.1.out2')).not.toBe(tid);
  expect(tidOf(atMs + 1, 'a.2.out1') > tid).toBe(true);
});
