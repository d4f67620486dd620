import { expect, test } from 'vitest';
import { articleUrl } from '../../../src/web/common/article-url.ts';

const ORIGIN = 'http://localhost:3000';
const OWN = `${ORIGIN}/a/1`;

test.each([
  ['https://news.example/article', 'https://news.example/article'],
  [`${ORIGIN}/a/2`, `${ORIGIN}/a/2`],
  ['http://news.example/article', OWN],
  ['https://user:secret@news.example/', OWN],
  [`blob:${ORIGIN}/550e8400-e29b-41d4-a716-446655440000`, OWN],
  ['javascript:alert(1)', OWN],
  ['not a link', OWN],
  [null, OWN],
])('%s leads to %s', (address, to) => {
  expect(articleUrl(address, '1', ORIGIN)).toBe(to);
});
