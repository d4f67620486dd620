import { createHash } from 'node:crypto';
import { primaryLanguage } from './language.ts';

// Letters that Arabic typing varies without changing the word: alef with hamza or madda or wasla, final ya, ta marbuta.
const LETTERS: Readonly<Record<string, string>> = { أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ى: 'ي', ة: 'ه' };
const VARYING = /[أإآٱىة]/g;
// Tatweel and the Arabic marks: harakat, tanwin, shadda, superscript alef, Koranic signs. Marks of other scripts stay:
// in Hindi or Thai they are vowels.
const ORNAMENTS = /\u0640|(?=\p{M})\p{Script_Extensions=Arabic}/gu;
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
const NOT_WORDS = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * A headline as two editors would call it the same: without harakat, tatweel, punctuation and case, and with one form
 * of alef, ya, ta marbuta and of each digit.
 */
export function normaliseHeadline(headline: string): string {
  return headline
    .normalize('NFKC')
    .replace(VARYING, (letter) => LETTERS[letter] ?? letter)
    .replace(ORNAMENTS, '')
    .replace(ARABIC_DIGITS, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .toLowerCase()
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
