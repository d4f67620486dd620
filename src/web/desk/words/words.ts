import type { Language } from '../../../words/language.ts';
import { ar, type Plural, type Strings } from './words-ar.ts';
import { en } from './words-en.ts';

const STRINGS: Readonly<Record<Language, Strings>> = { ar, en };

/** The desk's words in one language. */
export interface Words {
  readonly language: Language;
  readonly text: Strings;
  readonly number: (value: number) => string;
  readonly percent: (share: number) => string;
  /** @param when RFC 3339 */
  readonly time: (when: string) => string;
  /** `seconds` as a waiting time. */
  readonly wait: (seconds: number) => string;
  /** ms, exact enough to compare. */
  readonly duration: (ms: number) => string;
  readonly plural: (value: number, forms: Plural) => string;
  readonly languageName: (lang: string) => string;
}

export function wordsIn(language: Language): Words {
  // European digits in Arabic too, as on the news pages: byte counts and clock times are beside them.
  const locale = language === 'ar' ? 'ar-u-nu-latn' : 'en';
  const text = STRINGS[language];
  const numbers = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const hours = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const plurals = new Intl.PluralRules(locale);
  const names = new Intl.DisplayNames(locale, { type: 'language' });
  const number = (value: number): string => numbers.format(value);
  const plural = (value: number, forms: Plural): string => {
    const form = value === 0 && forms.zero !== undefined ? 'zero' : plurals.select(value);
    return fill(forms[form] ?? forms.other, { n: number(value) });
  };
  return {
    language,
    text,
    number,
    plural,
    percent: (share) => percents.format(share),
    time: (when) => {
      const date = new Date(when);
      const today = date.toDateString() === new Date().toDateString();
      return (today ? hours : days).format(date);
    },
    wait: (seconds) =>
      seconds < 60
        ? fill(text.seconds, { n: number(seconds) })
        : plural(Math.ceil(seconds / 60), text.minutes),
    duration: (ms) => {
      if (ms < 1000) return fill(text.ms, { n: number(ms) });
      if (ms < 60_000) return fill(text.seconds, { n: number(Math.round(ms / 100) / 10) });
      return fill(text.minutesShort, {
        m: number(Math.floor(ms / 60_000)),
        s: number(Math.round((ms % 60_000) / 1000)),
      });
    },
    languageName: (lang) => names.of(lang) ?? lang,
  };
}

/** Puts values into the places that a text names in braces. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** Keeps a text in its own order inside one of another direction (UAX #9, section 2.4). */
export const isolate = (text: string): string => `\u2068${text}\u2069`;
