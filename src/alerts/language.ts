/**
 * Scripts written from right to left: `rtl` in CLDR's scriptMetadata.txt. `Intl.Locale` knows a language's script but not
 * every script's direction: `textInfo` of Node 20 calls `dv` and `ms-Arab` left to right.
 */
const RTL_SCRIPTS = new Set(
  `Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo Orkh
   Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sidt Sogd Sogo Syrc Syre Syrj Syrn Thaa Yezi`.split(/\s+/),
);

/** The ranges that Unicode reserves for letters written from right to left (UAX #44, DerivedBidiClass.txt). */
const RTL_LETTER = /^[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * The writing direction of a BCP 47 tag: of the script that it names, or that CLDR says the language is written in there.
 * @param text decides by its first letter where CLDR has no data about the language
 */
export function directionOf(lang: string, text = ''): 'ltr' | 'rtl' {
  const locale = new Intl.Locale(lang);
  // CLDR takes `und` alone for English.
  const known = locale.toString() === 'und' ? undefined : locale.maximize().script;
  const rtl = known === undefined ? RTL_LETTER.test(/\p{L}/u.exec(text)?.[0] ?? '') : RTL_SCRIPTS.has(known);
  return rtl ? 'rtl' : 'ltr';
}

/**
 * Languages that share one written form, and are one language to readers (docs/decisions/0016): the members
 * of the macrolanguages `ar` and `no` in IANA's language subtag registry. CLDR itself makes `cmn` `zh` and `prs` `fa-AF`.
 */
const MACROLANGUAGES: ReadonlyMap<string, string> = new Map([
  ...`aao abh abv acm acq acw acx acy adf aeb aec afb ajp apc apd arb arq ars ary arz auz avl ayh ayl ayn ayp pga shu ssh`
    .split(' ')
    .map((member) => [member, 'ar'] as const),
  ['nb', 'no'],
  ['nn', 'no'],
]);

/** The language without script and region. Readers choose by it: `ar-EG`, `arz` and `ar` are the same to them. */
export function primaryLanguage(lang: string): string {
  const language = lang.split('-', 1)[0]?.toLowerCase() ?? lang;
  return MACROLANGUAGES.get(language) ?? language;
}

/** The tag with its primary language in place of its language: `arz-EG` is `ar-EG`. */
export function withPrimaryLanguage(tag: string): string {
  const [, ...subtags] = tag.split('-');
  return [primaryLanguage(tag), ...subtags].join('-');
}

let names: Intl.DisplayNames | undefined;

/** Whether a language exists, as far as CLDR has a name for it. Made-up ones of two and three letters are many. */
export function isRealLanguage(tag: string): boolean {
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names.of(primaryLanguage(tag)) !== undefined;
}
