import { expect, test } from 'vitest';
import type { Alert } from '../../../../src/alerts/schema.ts';
import { missedOf } from '../../../../src/web/reader/unread/missed.ts';
import type { Preferences } from '../../../../src/web/subscription/preferences.ts';

const VISIT = Date.parse('2026-11-29T12:00:00Z');
const alert = (id: string, fields: Partial<Alert> = {}): Alert =>
  ({
    id,
    version: 1,
    change: 'new',
    urgency: 'urgent',
    topics: ['world'],
    lang: 'ar',
    createdAt: '2026-11-29T13:00:00.000Z',
    publishedAt: '2026-11-29T13:00:00.000Z',
    ...fields,
  }) as Alert;

function missed(alerts: readonly Alert[], choice: Partial<Preferences> = {}, shown: readonly string[] = []) {
  const preferences = { topics: ['world'], urgency: 'urgent', lang: 'ar', ...choice } as const;
  return missedOf(alerts, preferences, new Set(shown), VISIT).map(({ id }) => id);
}

test('what came since the last visit, is chosen and was not shown was missed', () => {
  expect(missed([alert('a'), alert('b')], {}, ['b'])).toEqual(['a']);
});

test('what came before the last visit was not missed, but a draft that was published after it was', () => {
  const early = '2026-11-29T11:00:00.000Z';
  const before = alert('a', { createdAt: early, publishedAt: early });
  const corrected = alert('b', { version: 2, createdAt: early });
  expect(missed([before, corrected, alert('c', { createdAt: early })])).toEqual(['c']);
});

test('what the reader did not choose, or was retracted, was not missed', () => {
  const others = [
    alert('a', { topics: ['sport'] }),
    alert('b', { urgency: 'normal' }),
    alert('c', { lang: 'en' }),
    alert('d', { change: 'retraction', version: 2 }),
  ];
  expect(missed(others)).toEqual([]);
  expect(missed(others, { topics: ['world', 'sport'], urgency: 'normal', lang: 'en' })).toEqual(['c']);
  expect(missed([alert('a', { lang: 'arz-EG', urgency: 'flash' })])).toEqual(['a']);
});
