import { expect, test } from 'vitest';
import { filterKey, parseLiveQuery, wants } from '../../../src/live/query.ts';

const keyOf = (query: string): string => {
  const parsed = parseLiveQuery(new URLSearchParams(query));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return filterKey(parsed.filter);
};

test('queries that want the same have the same key', () => {
  expect(keyOf('topics=world,sport')).toBe(keyOf('topics=sport,world,sport'));
  expect(keyOf('lang=ar-EG')).toBe(keyOf('lang=AR'));
  expect(keyOf('')).toBe(keyOf('topics=&urgency=normal&lang='));
  expect(keyOf('cursor=a:1')).toBe(keyOf('cursor=b:2'));
});

test('queries that want something else have another key', () => {
  const queries = [
    '',
    'topics=world',
    'topics=world,sport',
    'lang=ar',
    'urgency=flash',
    'urgency=urgent',
    'topics=ar',
  ];
  expect(new Set(queries.map(keyOf)).size).toBe(queries.length);
});

test.each([
  ['topics=WORLD', 'topics'],
  [`topics=${Array.from({ length: 51 }, (_, index) => `t${index}`).join(',')}`, 'topics'],
  ['urgency=loud', 'urgency'],
  ['lang=!!', 'lang'],
  ['lang=!!&topics=!&urgency=x&cursor=y', 'topics,urgency,lang'],
])('%s is refused, and every wrong field named', (query, fields) => {
  const parsed = parseLiveQuery(new URLSearchParams(query));
  if (parsed.ok) throw new Error('was taken');
  expect(parsed.errors.map(({ parameter }) => parameter).join()).toBe(fields);
});

test('a filter is held against topics, urgency and language together', () => {
  const alert = { topics: ['world', 'politics'], urgency: 'urgent', lang: 'ar-EG' } as const;
  const facets = { ...alert, topics: [...alert.topics] };
  expect(wants({ topics: [], urgency: 'normal', lang: undefined }, facets)).toBe(true);
  expect(wants({ topics: ['politics'], urgency: 'urgent', lang: 'ar' }, facets)).toBe(true);
  expect(wants({ topics: ['sport'], urgency: 'urgent', lang: 'ar' }, facets)).toBe(false);
  expect(wants({ topics: ['world'], urgency: 'flash', lang: 'ar' }, facets)).toBe(false);
  expect(wants({ topics: ['world'], urgency: 'urgent', lang: 'en' }, facets)).toBe(false);
});
