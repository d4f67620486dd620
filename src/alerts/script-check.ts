/** Scripts that several ISO 15924 codes write together. */
const WRITTEN_WITH: Readonly<Record<string, readonly string[]>> = {
  Aran: ['Arab'],
  Hans: ['Hani'],
  Hant: ['Hani'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
};
/** Names are often left in their own script: only a text with less than this of its language's is suspicious. */
const LEAST_SHARE = 0.2;
/** Fewer letters than this, a name or an abbreviation, tell nothing. */
const FEWEST_LETTERS = 3;

/**
 * Whether nearly all letters of a text belong to another script than its language is written in (CLDR, likely subtags): an
 * English headline marked as Arabic would go to the readers of Arabic.
 */
export function isInAnotherScript(text: string, lang: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  if (letters.length < FEWEST_LETTERS) return false;
  const own = scriptOf(lang);
  if (own === undefined) return false;
  return letters.filter((letter) => own.test(letter)).length < letters.length * LEAST_SHARE;
}

/** Undefined for a language or a script that this browser does not know. */
function scriptOf(lang: string): RegExp | undefined {
  try {
    const script = new Intl.Locale(lang).maximize().script;
    if (script === undefined) return undefined;
    const names = WRITTEN_WITH[script] ?? [script];
    return new RegExp(names.map((name) => `\\p{Script=${name}}`).join('|'), 'u');
  } catch {
    return undefined;
  }
}
