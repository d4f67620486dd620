/** The languages that our pages speak, to readers and to editors. The first is the default. */
export const LANGUAGES = ['ar', 'en'] as const;

export type Language = (typeof LANGUAGES)[number];

export const isLanguage = (tag: unknown): tag is Language => LANGUAGES.some((language) => language === tag);

/** The one that a page's switch leads to. */
export const otherLanguage = (language: Language): Language => (language === 'ar' ? 'en' : 'ar');

export const directionIn = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

/** A path of a page that caches keep for everybody: only its address tells its language. The default is not named. */
export const inLanguage = (path: string, language: Language): string =>
  language === LANGUAGES[0] ? path : `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
