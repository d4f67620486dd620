import { z } from 'zod';
import { normaliseHeadline } from '../../alerts/fingerprint.ts';
import { primaryLanguage } from '../../alerts/language.ts';
import { langSchema, lineSchema } from '../../alerts/schema.ts';

const MOST_PHRASES = 500;
const phraseList = z.record(langSchema, z.array(lineSchema(60)).max(MOST_PHRASES));

/** What CHECKS_FILE holds: words and phrases by language. `warn`: the editor is asked. `approval`: a second editor must agree. */
export const phrasesSchema = z.strictObject({
  warn: phraseList.default({}),
  approval: phraseList.default({}),
});
export type PhraseLists = z.infer<typeof phrasesSchema>;

export interface Phrases {
  /** The first phrase of a list that a text in this language holds. */
  find(list: keyof PhraseLists, text: string, lang: string): string | undefined;
}

/**
 * What Arabic writes together with the word that follows: and, so, with, for, like, the. A word must remain, so a word that
 * begins with these letters is still itself.
 */
const ARABIC_BEFORE = '(?:و|ف)?(?:ب|ل|ك)?(?:ال|لل)?';

export function compilePhrases(lists: PhraseLists): Phrases {
  const compiled = { warn: compileList(lists.warn), approval: compileList(lists.approval) };
  return {
    find: (list, text, lang) => {
      const words = ` ${normaliseHeadline(text)} `;
      return compiled[list].get(primaryLanguage(lang))?.find(({ pattern }) => pattern.test(words))?.phrase;
    },
  };
}

interface Compiled {
  readonly phrase: string;
  readonly pattern: RegExp;
}

function compileList(byLanguage: PhraseLists['warn']): ReadonlyMap<string, readonly Compiled[]> {
  const found = new Map<string, Compiled[]>();
  for (const [lang, phrases] of Object.entries(byLanguage)) {
    const language = primaryLanguage(lang);
    const list = found.get(language) ?? [];
    for (const phrase of phrases) {
      // Normalised words are letters, digits and marks alone: nothing in them means anything to a pattern.
      const words = normaliseHeadline(phrase);
      if (words === '') continue;
      const before = language === 'ar' ? ARABIC_BEFORE : '';
      list.push({ phrase, pattern: new RegExp(` ${before}${words} `, 'u') });
    }
    found.set(language, list);
  }
  return found;
}
