import type { Language } from '../../../words/language.ts';
import { STRINGS, type Strings } from './strings.ts';
import type { Plural } from './translated.ts';

/** The desk's words in one language. */
export interface Words {
  readonly language: Language;
  readonly text: Strings;
  readonly number: (value: number) => string;
  readonly percent: (share: number) => string;
  /** @param when RFC 3339 */
  readonly time: (when: string) => string;
  /** A moment on the clock of a time zone, with the name of the zone. @param zone IANA */
  readonly zoned: (ms: number, zone: string) => string;
  /** How long it is from now until then, in the two largest units: "in 2 h 10 min". @param ms from now */
  readonly until: (ms: number) => string;
  /** `seconds` as a waiting time. */
  readonly wait: (seconds: number) => string;
  /** ms, exact enough to compare. */
  readonly duration: (ms: number) => string;
  readonly plural: (value: number, forms: Plural) => string;
  readonly languageName: (lang: string) => string;
}

/** Seconds of a minute, minutes of an hour. */
const MINUTE = 60;
const DAY = 24 * MINUTE;
const IN_A_ZONE = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
} as const;

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
    zoned: (ms, zone) =>
      new Intl.DateTimeFormat(locale, { ...IN_A_ZONE, timeZone: zone }).format(new Date(ms)),
    until: (ms) => {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      if (seconds < MINUTE) return fill(text.until, { parts: plural(seconds, text.untilSeconds) });
      const minutes = Math.floor(seconds / MINUTE);
      const [days, hours] = [Math.floor(minutes / DAY), Math.floor(minutes / MINUTE) % 24];
      const parts = [
        [days, text.untilDays],
        [hours, text.untilHours],
        [days > 0 ? 0 : minutes % MINUTE, text.untilMinutes],
      ] as const;
      const named = parts.flatMap(([count, forms]) => (count === 0 ? [] : [plural(count, forms)]));
      return fill(text.until, { parts: named.join(text.untilJoin) });
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
