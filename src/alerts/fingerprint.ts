import { createHash } from 'node:crypto';
import { canonicalArticle } from './canonical-article.ts';
import { primaryLanguage } from './language.ts';

/** Letters, and in the same place of the second text the letter that each is compared as. */
const LETTERS = new Map([
  // Letters that Arabic typists vary within a word: alef with hamza or madda or wasla, final ya, ta marbuta; then the
  // forms of kaf, ya and ha that Persian and Urdu keyboards give.
  ...pairs('أإآٱىةکیہھە', 'اااايهكيههه'),
  // Letters that look like Latin ones, in lower case (UTS #39, confusables.txt): Cyrillic, Greek, Armenian.
  ...pairs('аеорсухіјѕԁһԛԝ', 'aeopcyxijsdhqw'),
  ...pairs('αονριυκγ', 'aovpiuky'),
  ...pairs('ոօս', 'nou'),
]);
const VARYING = new RegExp(`[${[...LETTERS.keys()].join('')}]`, 'gu');

function pairs(letters: string, same: string): [string, string][] {
  const others = Array.from(same);
  return Array.from(letters, (letter, index) => [letter, others[index] ?? letter]);
}

/** Characters that leave no ink: headlines with and without them read the same. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
// Tatweel and the Arabic marks: harakat, tanwin, shadda, superscript alef, Koranic signs. Marks of other scripts stay:
// in Hindi or Thai they are vowels.
const ORNAMENTS = /\u0640|(?=\p{M})\p{Script_Extensions=Arabic}/gu;
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
const NOT_WORDS = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * Equal for headlines that editors would call the same: without harakat, tatweel, punctuation, case and invisible
 * characters, with one form of alef, ya, kaf, ta marbuta, of each digit, and of letters that look the same in two scripts.
 */
export function normaliseHeadline(headline: string): string {
  return headline
    .normalize('NFKC')
    .replace(UNSEEN, '')
    .toLowerCase()
    .replace(VARYING, (letter) => LETTERS.get(letter) ?? letter)
    .replace(ORNAMENTS, '')
    .replace(ARABIC_DIGITS, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .replace(NOT_WORDS, ' ')
    .trim();
}

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url');

/** SHA-256 (base64url) of the normalised headline and the primary language. */
export function headlineFingerprint(headline: string, lang: string): string {
  // A headline of signs alone has no words to compare: then the signs count.
  const words = normaliseHeadline(headline) || headline;
  return hashOf(primaryLanguage(lang), words);
}

/** SHA-256 (base64url) of the article's canonical address; null for what is no article. */
export function articleFingerprint(url: string | null): string | null {
  const article = url === null ? null : canonicalArticle(url);
  return article === null ? null : hashOf('article', article);
}
