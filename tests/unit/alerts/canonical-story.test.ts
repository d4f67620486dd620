import { expect, test } from 'vitest';
import { canonicalStory } from '../../../src/alerts/canonical-story.ts';

test.each([
  ['https://www.news.example/world/1', 'https://news.example/world/1'],
  ['https://news.example/world/1/', 'https://news.example/world/1'],
  ['https://news.example/world/1#comments', 'https://news.example/world/1'],
  ['https://news.example/world/1?utm_source=x&utm_medium=push&fbclid=abc', 'https://news.example/world/1'],
  ['https://news.example/story?b=2&a=1&GCLID=3', 'https://news.example/story?a=1&b=2'],
  ['https://news.example/%D8%B9', 'https://news.example/ع'],
])('%s leads to the same story as %s', (one, other) => {
  expect(canonicalStory(new URL(one).href)).toBe(canonicalStory(new URL(other).href));
});

test.each([
  ['https://news.example/world/1', 'https://news.example/world/2'],
  ['https://news.example/story?id=1', 'https://news.example/story?id=2'],
  ['https://news.example/world/1', 'https://other.example/world/1'],
  ['https://news.example:8443/world/1', 'https://news.example/world/1'],
  ['https://news.example/World', 'https://news.example/world'],
])('%s leads to another story than %s', (one, other) => {
  expect(canonicalStory(one)).not.toBe(canonicalStory(other));
});

test.each(['https://news.example/', 'https://www.news.example/?utm_source=x', 'https://news.example/#top'])(
  '%s is a front page, and no story',
  (url) => expect(canonicalStory(url)).toBeNull(),
);
