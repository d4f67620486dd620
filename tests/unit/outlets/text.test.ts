import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../../src/outlets/posts/message.ts';
import { countGraphemes, cut, inDirection, textOf, withLink } from '../../../src/outlets/posts/text.ts';

const message = (fields: Partial<Message>): Message => ({
  title: 'عاجل: عنوان',
  paragraphs: [],
  link: 'https://news.example/1',
  lang: 'ar',
  dir: 'rtl',
  isQuiet: false,
  at: '2026-11-29T00:00:00.000Z',
  ...fields,
});
const within = (most: number) => (text: string) => countGraphemes(text) <= most;

test('a text that fits stays as it is', () => {
  expect(cut('خبر قصير', 'ar', within(8))).toBe('خبر قصير');
});

test('a text is cut after a whole word, without the space that follows it', () => {
  expect(cut('كلمة أولى وكلمة ثانية', 'ar', within(12))).toBe('كلمة أولى…');
});

test('one word that is too long is cut between characters that belong together', () => {
  const family = '👨‍👩‍👧';
  expect(cut(family.repeat(5), 'en', within(3))).toBe(`${family}${family}…`);
});

test('paragraphs go from the end, and the title is always there', () => {
  const long = message({ paragraphs: ['الفقرة الأولى قصيرة', 'والفقرة الثانية أطول من أن تبقى كاملة هنا'] });
  const text = textOf(long, within(60));
  expect(text).toBe('عاجل: عنوان\n\nالفقرة الأولى قصيرة\n\nوالفقرة الثانية أطول من…');
  expect(textOf(long, within(9))).toBe('عاجل…');
});

test('a rest that says nothing is left out', () => {
  const text = textOf(message({ paragraphs: ['كلمات كثيرة جدًا لا تتسع هنا'] }), within(20));
  expect(text).toBe('عاجل: عنوان');
});

test('whatever the text, what comes out fits with its link', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.string({ unit: 'grapheme' })),
      (title, paragraphs) => {
        const link = 'https://news.example/1';
        const fits = (text: string): boolean => countGraphemes(withLink(text, link)) <= 60;
        expect(fits(textOf(message({ title, paragraphs }), fits))).toBe(true);
      },
    ),
  );
});

test('a paragraph that begins with a letter of the other direction keeps the direction of the alert', () => {
  expect(inDirection('NATO تعلن', 'rtl')).toBe('\u200fNATO تعلن');
  expect(inDirection('حلف الناتو', 'rtl')).toBe('حلف الناتو');
  expect(inDirection('الأناضول says', 'ltr')).toBe('\u200eالأناضول says');
});
