import { expect, test } from 'vitest';
import {
  directionOf,
  isRealLanguage,
  primaryLanguage,
  withPrimaryLanguage,
} from '../../../src/alerts/language.ts';

test.each([
  ...`ar ar-Latn-x-arab arz ary apc fa prs he yi ur ug ckb ps sd dv nqo syr bqi lah pnb ks pa-PK uz-AF az-IR ms-Arab
    ha-Arab rhg ff-Adlm ku-IQ kk-CN ur-Aran und-EG`
    .split(/\s+/)
    .map((tag) => [tag, tag.startsWith('ar-Latn') ? 'ltr' : 'rtl'] as const),
  ...`en ug-KZ ug-Cyrl sd-IN pa uz az ms ku ar-Latn ru zh ha mn-Mong und-Latn`
    .split(/\s+/)
    .map((tag) => [tag, 'ltr'] as const),
])('%s is written %s', (tag, direction) => {
  expect(directionOf(Intl.getCanonicalLocales(tag)[0] ?? '')).toBe(direction);
});

test('where CLDR has no data about a language, the first letter decides', () => {
  for (const tag of ['und', 'zxx', 'mul', 'qaa']) {
    expect([tag, directionOf(tag, '«12 عاجل news»')]).toEqual([tag, 'rtl']);
    expect([tag, directionOf(tag, '12 news عاجل')]).toEqual([tag, 'ltr']);
    expect([tag, directionOf(tag, '12')]).toEqual([tag, 'ltr']);
  }
  expect(directionOf('qaa-Hebr', 'news')).toBe('rtl');
});

test('the varieties of Arabic are one language to readers; other languages are not', () => {
  for (const tag of ['ar', 'ar-EG', 'arz', 'ARY', 'apc-SY', 'afb']) expect(primaryLanguage(tag)).toBe('ar');
  expect(['nb', 'nn', 'no'].map(primaryLanguage)).toEqual(['no', 'no', 'no']);
  expect(['fa-AF', 'zh', 'yue', 'mt'].map(primaryLanguage)).toEqual(['fa', 'zh', 'yue', 'mt']);
  expect(withPrimaryLanguage('arz-EG')).toBe('ar-EG');
  expect(withPrimaryLanguage('pt-BR')).toBe('pt-BR');
});

test('few of the tags that are well-formed are languages', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const pairs = letters.flatMap((a) => letters.map((b) => a + b));
  const all = [...pairs, ...pairs.flatMap((pair) => letters.map((c) => pair + c))];
  const real = all.filter((tag) => isRealLanguage(Intl.getCanonicalLocales(tag)[0] ?? ''));
  expect(real.length).toBeLessThan(1000);
  for (const tag of ['ar', 'arz', 'apc', 'en', 'fr', 'so', 'ckb', 'ti', 'zgh'])
    expect(isRealLanguage(tag)).toBe(true);
});
