import { expect, test } from 'vitest';
import { filterKey, parseLiveQuery, wants } from '../../../../src/live/door/query.ts';

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
  expect(keyOf('topics=world,%20sport%20,&lang=%20ar&urgency=%20flash')).toBe(
    keyOf('topics=sport,world&lang=ar&urgency=flash'),
  );
  expect(keyOf('lang=arz')).toBe(keyOf('lang=ar'));
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
  ['topics=world&topics=ukraine', 'topics'],
  ['cursor=a:1&cursor=b:2', 'cursor'],
  ['topic=world', 'topic'],
  ['topics[]=world', 'topics[]'],
  ['language=ar&x=1&x=2', 'language,x'],
])('%s is refused, and every wrong field named', (query, fields) => {
  const parsed = parseLiveQuery(new URLSearchParams(query));
  if (parsed.ok) throw new Error('was taken');
  expect(parsed.errors.map(({ parameter }) => parameter).join()).toBe(fields);
});

test('a wrong value is named with what it could have been', () => {
  const details = (query: string): string => {
    const parsed = parseLiveQuery(new URLSearchParams(query));
    return parsed.ok ? '' : parsed.errors.map(({ detail }) => detail).join();
  };
  expect(details('topics=sport,World')).toContain('"World"');
  expect(details('lang=en_US')).toContain('"en_US"');
  expect(details('lang=en_US')).toContain('write en-US');
  expect(details(`urgency=${'x'.repeat(1000)}`).length).toBeLessThan(120);
});

test('a polyfill tells what it has seen in lastEventId', () => {
  const cursorOf = (query: string) => {
    const parsed = parseLiveQuery(new URLSearchParams(query));
    return parsed.ok ? parsed.cursor : undefined;
  };
  expect(cursorOf('lastEventId=abc:7')).toEqual(cursorOf('cursor=abc:7'));
  expect(cursorOf('lastEventId=abc:7')).toBeDefined();
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
