import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DEFAULT_PHRASES } from '../../../src/newsroom/checks/default-phrases.ts';
import { compilePhrases } from '../../../src/newsroom/checks/phrases.ts';
import { openPhrasesFile } from '../../../src/newsroom/checks/phrases-file.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { UnfitError } from '../../../src/ops/unfit.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

test.each([
  ['سقوط قتلى في انفجار', 'ar', 'قتلى'],
  ['أنباء عن سقوط القتلى', 'ar-EG', 'قتلى'],
  ['انفجار وقتلى وجرحى', 'ar', 'قتلى'],
  ['المدير العام يقدّم استقالتَه', 'ar', undefined],
  ['إعلان استقالة المدير', 'ar', 'استقالة'],
  ['Two people KILLED in crash', 'en', 'killed'],
  ['Film buff wins prize', 'en', undefined],
  ['Skilled workers wanted', 'en', undefined],
  ['Deux morts dans un accident', 'fr', 'morts'],
  ['Two people killed in crash', 'ar', undefined],
])('"%s" (%s) asks about %s', (text, lang, phrase) => {
  expect(compilePhrases(DEFAULT_PHRASES).find('warn', text, lang)).toBe(phrase);
});

test('a phrase of several words is found whole, across punctuation', () => {
  const phrases = compilePhrases({ warn: {}, approval: { en: ['hold for release'] } });
  expect(phrases.find('approval', 'HOLD, for release: budget', 'en-GB')).toBe('hold for release');
  expect(phrases.find('approval', 'Hold the release', 'en')).toBeUndefined();
  expect(phrases.find('warn', 'Hold for release', 'en')).toBeUndefined();
});

test('the newsroom’s file counts soon after it was saved; while it has a fault, what was there before does', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'ajil-phrases-')), 'checks.json');
    let seconds = 1_800_000_000;
    const save = (text: string): void => {
      writeFileSync(file, text);
      utimesSync(file, ++seconds, seconds);
      vi.advanceTimersByTime(2000);
    };
    save('{"approval": {"en": ["flood"]}}');
    const phrases = openPhrasesFile({ file, logger });
    expect(phrases.find('approval', 'Flood in the valley', 'en')).toBe('flood');
    save('{"approval": {"en": ["fire"]}}');
    expect(phrases.find('approval', 'Flood in the valley', 'en')).toBeUndefined();
    expect(phrases.find('approval', 'Fire in the valley', 'en')).toBe('fire');
    save('{"approval": ');
    expect(phrases.find('approval', 'Fire in the valley', 'en')).toBe('fire');
    phrases.close();
  } finally {
    vi.useRealTimers();
  }
});

test.each(['nonsense', '{"warn": {"no tag at all": ["x"]}}', '{"aproval": {}}', '{"warn": {"en": [3]}}'])(
  'a server does not start with the file %s',
  (text) => {
    const file = join(mkdtempSync(join(tmpdir(), 'ajil-phrases-')), 'checks.json');
    writeFileSync(file, text);
    expect(() => openPhrasesFile({ file, logger })).toThrow(UnfitError);
  },
);
