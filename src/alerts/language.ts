// Scripts written from right to left (Unicode Standard, chapter 9 and 19) and the languages written in them by default.
const RTL_SCRIPTS = new Set([
  'Adlm',
  'Arab',
  'Aran',
  'Hebr',
  'Mand',
  'Mend',
  'Nkoo',
  'Rohg',
  'Samr',
  'Syrc',
  'Thaa',
]);
const RTL_LANGUAGES = new Set([
  'ar',
  'arc',
  'azb',
  'bal',
  'ckb',
  'dv',
  'fa',
  'glk',
  'he',
  'ks',
  'lrc',
  'mzn',
  'nqo',
  'pnb',
  'prs',
  'ps',
  'sd',
  'sdh',
  'skr',
  'syr',
  'ug',
  'ur',
  'yi',
]);

/** The writing direction of a BCP 47 tag: its script decides if it names one, else its language. */
export function directionOf(lang: string): 'ltr' | 'rtl' {
  const locale = new Intl.Locale(lang);
  const rtl =
    locale.script === undefined ? RTL_LANGUAGES.has(locale.language) : RTL_SCRIPTS.has(locale.script);
  return rtl ? 'rtl' : 'ltr';
}

/** The language without script and region: what readers choose by (`ar-EG` and `ar` are the same to them). */
export function primaryLanguage(lang: string): string {
  return lang.split('-', 1)[0]?.toLowerCase() ?? lang;
}
