import { expect, test } from 'vitest';
import { newAlertSchema, newVersionSchema } from '../../../src/alerts/input.ts';

/** The fields that are refused; none when the alert is taken. */
function refused(fields: Record<string, unknown>): string[] {
  const alert = { headline: 'x', lang: 'ar', topics: ['world'], ...fields };
  return newAlertSchema.safeParse(alert).error?.issues.map((issue) => issue.path.join('.')) ?? [];
}
const named = (code: number): string => `U+${code.toString(16).padStart(4, '0')}`;
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('no text holds controls, or what turns the reading direction', () => {
  // C0 but what ends lines and the tab, DEL and C1, embeddings and overrides, single isolates, the byte order mark.
  const forbidden = [
    ...range(0, 8),
    ...range(0x0e, 0x1f),
    ...range(0x7f, 0x84),
    ...range(0x86, 0x9f),
    ...range(0x202a, 0x202e),
    ...range(0x2066, 0x2069),
    0xfeff,
    0xfffd,
  ];
  for (const code of forbidden) {
    const text = `a${String.fromCharCode(code)}b`;
    for (const field of ['headline', 'body']) {
      expect([named(code), refused({ [field]: text })]).toEqual([named(code), [field]]);
    }
    expect(newVersionSchema.safeParse({ change: 'retraction', note: text }).success).toBe(false);
  }
});

test('null is absent in a new alert, and so is an empty link', () => {
  const absent = {
    body: null,
    url: null,
    image: null,
    expiresAt: null,
    sendAt: null,
    draft: null,
    urgency: null,
  };
  expect(refused(absent)).toEqual([]);
  expect(newAlertSchema.parse({ headline: 'x', lang: 'ar', topics: ['world'], ...absent }).urgency).toBe(
    'urgent',
  );
  expect(refused({ url: '', image: ' ' })).toEqual([]);
  expect(refused({ headline: null, lang: null, topics: null })).toEqual(['headline', 'lang', 'topics']);
  expect(newVersionSchema.parse({ change: 'update', url: '', note: null, headline: null })).toMatchObject({
    url: null,
  });
});

test('the plain direction marks and joiners that Arabic and Persian need are taken', () => {
  for (const code of [0x200c, 0x200d, 0x200e, 0x200f, 0x061c]) {
    expect(refused({ headline: `می${String.fromCharCode(code)}خواهم` })).toEqual([]);
  }
});

test('a headline is one line, a body may have several', () => {
  expect(refused({ headline: 'a\nb' })).toEqual(['headline']);
  expect(refused({ body: 'a\nb' })).toEqual([]);
});

test('a headline of nothing that is seen is none', () => {
  const empty = ['\u200b\u200b', '\u2060\u00ad', '\u200e', '\u3164', '\u2800', ' \u200d '];
  for (const headline of empty) expect(refused({ headline })).toContain('headline');
  for (const headline of ['!', '٣', '🔴', '\u200fعاجل']) expect(refused({ headline })).toEqual([]);
});

test('a link is stored as the URL Standard writes it', () => {
  const stored = (url: string): unknown =>
    newAlertSchema.parse({ headline: 'x', lang: 'ar', topics: ['world'], url, image: url });
  const cases = {
    '  https://a.example/x ': 'https://a.example/x',
    'https://a.example/\n\u202eb': 'https://a.example/%E2%80%AEb',
    'https://a.example/\u0000x': 'https://a.example/%00x',
    'https://a.example/\ud800': 'https://a.example/%EF%BF%BD',
    'https://a.example/"><script>': 'https://a.example/%22%3E%3Cscript%3E',
    'HTTPS://A.example:443': 'https://a.example/',
    'https://news.example/خبر': 'https://news.example/%D8%AE%D8%A8%D8%B1',
  };
  for (const [url, href] of Object.entries(cases)) {
    expect(stored(url)).toMatchObject({ url: href, image: href });
  }
});

test('a link is an absolute https URL with a host and without credentials', () => {
  for (const url of [
    'https:evil.example/x',
    'https:/evil.example/x',
    'https:\\\\evil.example',
    'https://',
    'http://a.example/',
    'javascript:alert(1)//https://a.example',
    '//a.example/x',
    '/x',
    'https://user@a.example/',
    'https://:word@a.example/',
    'https://a b.example/',
  ]) {
    expect([url, refused({ url, image: url })]).toEqual([url, ['url', 'image']]);
  }
});

test('the bound of a link counts what is stored', () => {
  const host = 'https://a.example/';
  expect(refused({ url: host + 'x'.repeat(2048 - host.length) })).toEqual([]);
  expect(refused({ url: host + 'x'.repeat(2049 - host.length) })).toEqual(['url']);
  expect(refused({ url: host + 'خ'.repeat(338) })).toEqual([]);
  expect(refused({ url: host + 'خ'.repeat(339) })).toEqual(['url']);
});
