import { expect, test } from 'vitest';
import { canonicalArticle } from '../../../src/alerts/canonical-article.ts';

test.each([
  ['https://www.news.example/world/1', 'https://news.example/world/1'],
  ['https://news.example/world/1/', 'https://news.example/world/1'],
  ['https://news.example/world/1#comments', 'https://news.example/world/1'],
  ['https://news.example/world/1?utm_source=x&utm_medium=push&fbclid=abc', 'https://news.example/world/1'],
  ['https://news.example/article?b=2&a=1&GCLID=3', 'https://news.example/article?a=1&b=2'],
  ['https://news.example/%D8%B9', 'https://news.example/ع'],
])('%s leads to the same article as %s', (one, other) => {
  expect(canonicalArticle(new URL(one).href)).toBe(canonicalArticle(new URL(other).href));
});

test.each([
  ['https://news.example/world/1', 'https://news.example/world/2'],
  ['https://news.example/article?id=1', 'https://news.example/article?id=2'],
  ['https://news.example/world/1', 'https://other.example/world/1'],
  ['https://news.example:8443/world/1', 'https://news.example/world/1'],
  ['https://news.example/World', 'https://news.example/world'],
])('%s leads to another article than %s', (one, other) => {
  expect(canonicalArticle(one)).not.toBe(canonicalArticle(other));
});

test.each(['https://news.example/', 'https://www.news.example/?utm_source=x', 'https://news.example/#top'])(
  '%s is a front page, and no article',
  (url) => expect(canonicalArticle(url)).toBeNull(),
);
