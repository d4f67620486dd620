import { expect, test } from 'vitest';
import { declarativeMessage } from '../../../src/alerts/notification.ts';
import type { Alert } from '../../../src/alerts/schema.ts';
import { serverOf } from '../../../src/web/service-worker/server-of.ts';

const ALERT = {
  id: '01jf3zz1m0000000000000000a',
  version: 1,
  change: 'new',
  note: null,
  headline: 'خبر',
  body: null,
  url: null,
  image: null,
  lang: 'ar',
  dir: 'rtl',
  urgency: 'urgent',
  createdAt: '2026-11-29T12:00:00.000Z',
  publishedAt: null,
} as unknown as Alert;
const message = declarativeMessage(ALERT, 'https://alerts.example', 't'.repeat(22));

test('a message that our sender makes is ours, and names where Ajil is', () => {
  expect(serverOf(JSON.stringify(message))).toBe('https://alerts.example');
});

test.each([
  ['', 'an empty push'],
  ['hello', 'plain text'],
  ['{"notification":{"title":"x","data":{"id":"a"}}}', 'Firebase'],
  ['{"custom":{"i":"7c","a":{}},"title":"x","alert":"y"}', 'OneSignal'],
  [
    '{"web_push":8030,"notification":{"title":"x","navigate":"https://news.example/"}}',
    'another declarative one',
  ],
  [JSON.stringify(message).replace('/icon-192.png', '/other.png'), 'a picture of somebody else'],
  [JSON.stringify(message).replace('"receipt"', '"other"'), 'no receipt'],
  [JSON.stringify(message).slice(0, -5), 'half of one'],
])('%j is not ours: %s', (text) => {
  expect(serverOf(text)).toBeUndefined();
});
