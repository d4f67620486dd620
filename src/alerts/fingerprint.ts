import { createHash } from 'node:crypto';
import { primaryLanguage } from './language.ts';

/** Letters and what each is compared as, at the same place. */
const LETTERS = new Map([
  // What Arabic typing varies without changing the word: alef with hamza or madda or wasla, final ya, ta marbuta; then the
  // forms of kaf, ya and ha that Persian and Urdu keyboards give.
  ...pairs('أإآٱىةکیہھە', 'اااايهكيههه'),
  // What looks like a Latin letter, in lower case (UTS #39, confusables.txt): Cyrillic, Greek, Armenian.
  ...pairs('аеорсухіјѕԁһԛԝ', 'aeopcyxijsdhqw'),
  ...pairs('αονριυκγ', 'aovpiuky'),
  ...pairs('ոօս', 'nou'),
]);
const VARYING = new RegExp(`[${[...LETTERS.keys()].join('')}]`, 'gu');

function pairs(letters: string, same: string): [string, string][] {
  const others = Array.from(same);
  return Array.from(letters, (letter, index) => [letter, others[index] ?? letter]);
}

/** What leaves no ink: with it or without, two headlines read the same. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
// Tatweel and the Arabic marks: harakat, tanwin, shadda, superscript alef, Koranic signs. Marks of other scripts stay:
// in Hindi or Thai they are vowels.
const ORNAMENTS = /\u0640|(?=\p{M})\p{Script_Extensions=Arabic}/gu;
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
const NOT_WORDS = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * A headline as two editors would call it the same: without harakat, tatweel, punctuation, case and what nobody sees, and with
 * one form of alef, ya, kaf, ta marbuta, of each digit, and of letters that look the same in two scripts.
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

/** SHA-256 (base64url) of what makes two alerts the same: the normalised headline and the primary language. */
export function duplicateFingerprint(headline: string, lang: string): string {
  // A headline of nothing but signs has no words to compare: then the signs count.
  const words = normaliseHeadline(headline) || headline;
  return createHash('sha256')
    .update(`${primaryLanguage(lang)}\n${words}`)
    .digest('base64url');
}
