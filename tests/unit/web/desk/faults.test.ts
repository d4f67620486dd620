import { expect, test } from 'vitest';
import { siteFaults } from '../../../../src/web/desk/writing/faults.ts';

const SITES = ['https://news.example', 'https://alerts.example'];
const faulty = (url: string | null, image: string | null = null): string[] =>
  Object.keys(siteFaults({ url, image }, SITES));

test('a link to another site is a fault before anything is sent', () => {
  expect(faulty('https://news.example/article')).toEqual([]);
  expect(faulty('https://other.example/article', 'https://news.example.evil.example/p.jpg')).toEqual([
    'url',
    'image',
  ]);
  expect(faulty('not a link')).toEqual([]);
  expect(faulty(null)).toEqual([]);
  expect(siteFaults({ url: 'https://other.example', image: null }, null)).toEqual({});
});
