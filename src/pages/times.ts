import type { Language } from './reader-words.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Arabic pages of the region's newsrooms write European digits; both languages then read alike. */
const LOCALES: Readonly<Record<Language, string>> = { ar: 'ar-u-nu-latn', en: 'en-GB' };

/** How times are written for a reader, in the reader's time zone. */
export interface Times {
  /** "3 minutes ago" within the hour, then the time of day, then the date too. */
  since(iso: string, nowMs: number): string;
  /** Time of day. */
  clock(iso: string): string;
  /** Date and time. */
  full(iso: string): string;
  /** The day, as a newspaper's head has it. */
  day(ms: number): string;
}

export function timesIn(language: Language): Times {
  const locale = LOCALES[language];
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
  const now: Readonly<Record<Language, string>> = { ar: 'الآن', en: 'now' };
  return {
    since: (iso, nowMs) => {
      const at = new Date(iso);
      const age = nowMs - at.getTime();
      if (age < MINUTE_MS) return now[language];
      if (age < HOUR_MS) return relative.format(-Math.floor(age / MINUTE_MS), 'minute');
      const today = new Date(nowMs).toDateString() === at.toDateString();
      return today ? clock.format(at) : full.format(at);
    },
    clock: (iso) => clock.format(new Date(iso)),
    full: (iso) => full.format(new Date(iso)),
    day: (ms) => day.format(ms),
  };
}
