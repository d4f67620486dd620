import { expect, test } from 'vitest';
import { firstVersion, nextVersion } from '../../../../src/alerts/versions.ts';
import {
  MAX_PUSH_MESSAGE_BYTES,
  pushMessageBytes,
  RECEIPT_TOKEN_LENGTH,
} from '../../../../src/alerts/notification.ts';
import { newAlertSchema } from '../../../../src/alerts/input.ts';
import { webPushMessage, webPushTestMessage } from '../../../../src/channels/web-push/message.ts';
import { bytesOf, textOf } from '../../../support/payload.ts';

const PUBLIC_URL = 'https://alerts.news.example';
const alert = firstVersion(
  '01j00000000000000000000000',
  newAlertSchema.parse({
    headline: 'عاجل: "قمة" طارئة \\ في جاكرتا 🕊️',
    body: 'سطر أول\nسطر ثانٍ',
    image: 'https://news.example/صورة.jpg',
    lang: 'ar',
    topics: ['world'],
  }),
  'editor',
  Date.UTC(2026, 0, 1),
);

test('what is counted is what is sent, byte for byte', () => {
  const versions = [
    alert,
    nextVersion(alert, { change: 'correction', note: 'صُحح العدد' }, 'editor', 0),
    nextVersion(alert, { change: 'retraction', note: 'سبب' }, 'editor', 0),
  ];
  for (const version of versions) {
    const payload = bytesOf(webPushMessage(version, PUBLIC_URL).payload('t'.repeat(RECEIPT_TOKEN_LENGTH)));
    expect(payload.length).toBe(pushMessageBytes(version, PUBLIC_URL));
    expect(JSON.parse(payload.toString())).toMatchObject({
      notification: { lang: 'ar', dir: 'rtl', data: { receipt: 't'.repeat(RECEIPT_TOKEN_LENGTH) } },
    });
  }
});

test('the note of a correction comes before the article, and alone where both do not fit', () => {
  const bodyOf = (version: typeof alert): string =>
    (
      JSON.parse(textOf(webPushMessage(version, PUBLIC_URL).payload(''))) as {
        notification: { body: string };
      }
    ).notification.body;
  const note = 'ذكرنا رقمًا خاطئًا';
  const corrected = nextVersion(alert, { change: 'correction', note }, 'editor', 0);
  expect(bodyOf(corrected)).toBe(`${note}\n${alert.body}`);
  const long = nextVersion(alert, { change: 'correction', note, body: '急'.repeat(680) }, 'editor', 0);
  expect(bodyOf(long)).toBe(note);
  expect(pushMessageBytes(long, PUBLIC_URL)).toBeLessThanOrEqual(MAX_PUSH_MESSAGE_BYTES);
});

test('a correction is counted as large as its plain form, which other readers get', () => {
  const change = { change: 'correction', note: 'خطأ', body: '急'.repeat(800) } as const;
  const corrected = nextVersion(alert, change, 'editor', 0);
  expect(pushMessageBytes(corrected, PUBLIC_URL)).toBeGreaterThan(MAX_PUSH_MESSAGE_BYTES);
});

test('a retraction fits, whatever it takes back and whatever it says of it', () => {
  const largest = { headline: '急'.repeat(200), note: '急'.repeat(300) };
  const url = `https://news.example/${'خ'.repeat(1000)}`;
  const long = { ...alert, ...largest, url, body: '急'.repeat(1000), image: url };
  const retraction = nextVersion(long, { change: 'retraction', note: largest.note }, 'editor', 0);
  expect(pushMessageBytes(long, PUBLIC_URL)).toBeGreaterThan(MAX_PUSH_MESSAGE_BYTES);
  expect(pushMessageBytes(retraction, PUBLIC_URL)).toBeLessThanOrEqual(MAX_PUSH_MESSAGE_BYTES);
});

test('a correction says that it is one; a retraction says why, without the picture', () => {
  const shown = (version: typeof alert): unknown =>
    (JSON.parse(textOf(webPushMessage(version, PUBLIC_URL).payload(''))) as { notification: unknown })
      .notification;
  expect(shown(nextVersion(alert, { change: 'correction' }, 'editor', 0))).toMatchObject({
    title: `تصحيح: ${alert.headline}`,
    body: alert.body,
    image: alert.image,
  });
  const retracted = shown(nextVersion(alert, { change: 'retraction', note: 'سبب' }, 'editor', 0));
  expect(retracted).toMatchObject({ title: `خبر مسحوب: ${alert.headline}`, body: 'سبب' });
  expect(retracted).not.toHaveProperty('image');
});

test('a test says what it is before all else, opens the desk, and has nothing in common with the alert’s own messages', () => {
  const draft = { ...alert, status: 'draft' as const, url: 'https://news.example/article' };
  const test = webPushTestMessage(draft, PUBLIC_URL, 7);
  const { notification } = JSON.parse(textOf(test.payload('receipt')));
  expect(notification).toMatchObject({
    title: `تجربة: ${alert.headline}`,
    body: `لم يُنشر بعد. لم يصل هذا إلا إلى أجهزتك التجريبية.\n${alert.body}`,
    navigate: `${PUBLIC_URL}/desk#/${alert.id}`,
    timestamp: 7,
    data: { test: true },
  });
  const real = webPushMessage(alert, PUBLIC_URL);
  expect(test.collapseKey).not.toBe(real.collapseKey);
  expect(test.collapseKey).toMatch(/^[\w-]{32}$/);
  expect(notification.tag).not.toBe(JSON.parse(textOf(real.payload('t'))).notification.tag);
  expect(textOf(test.payload('receipt'))).not.toMatch(/receipt|news\.example\/article/);
  const english = webPushTestMessage({ ...alert, lang: 'en' }, PUBLIC_URL, 7);
  expect(JSON.parse(textOf(english.payload(''))).notification).toMatchObject({
    title: `TEST: ${alert.headline}`,
    // It is public, so it cannot say that it is not.
    body: `Only your test devices got this.\n${alert.body}`,
  });
});

test('a test of the largest alert fits, with its picture or without', () => {
  const largest = { ...alert, headline: 'ن'.repeat(200), body: 'ن'.repeat(1000), status: 'draft' as const };
  const payload = webPushTestMessage(largest, PUBLIC_URL, 7).payload('');
  expect(payload.length).toBeLessThanOrEqual(MAX_PUSH_MESSAGE_BYTES);
  expect(textOf(payload)).toContain('أجهزتك التجريبية');
});
