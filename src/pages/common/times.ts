const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Arabic newsrooms write European digits; times then look alike in both languages. */
const LOCALES: Readonly<Record<string, string>> = { ar: 'ar-u-nu-latn', en: 'en-GB' };

/** Writes times for readers. */
export interface Times {
  /** "3 minutes ago" within the hour, then the time of day, then the date too. */
  since(iso: string, nowMs: number): string;
  /** Date and time. */
  full(iso: string): string;
  /** The day, as in the head of a newspaper. */
  day(ms: number): string;
}

/** Bound of the kept formatters. They are kept because making them takes longer than the rest of a page. */
const MOST_KEPT = 64;
const kept = new Map<string, Times>();

/**
 * @param language of the page
 * @param timeZone the server's, which is written beside the time; undefined: the reader's, which only a browser knows
 */
export function timesIn(language: string, timeZone?: string): Times {
  const name = `${language} ${timeZone ?? ''}`;
  const known = kept.get(name) ?? makeTimes(language, timeZone);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, known);
  return known;
}

function makeTimes(language: string, timeZone: string | undefined): Times {
  const locale = LOCALES[language] ?? language;
  const zone = timeZone === undefined ? {} : { timeZone };
  const named = timeZone === undefined ? {} : ({ timeZone, timeZoneName: 'short' } as const);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', ...named });
  const full = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    ...named,
  });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'full', ...zone });
  const dayNumber = new Intl.DateTimeFormat('en', { dateStyle: 'short', ...zone });
  return {
    since: (iso, nowMs) => {
      const at = new Date(iso);
      const age = nowMs - at.getTime();
      if (age < MINUTE_MS) return relative.format(0, 'second');
      if (age < HOUR_MS) return relative.format(-Math.floor(age / MINUTE_MS), 'minute');
      return dayNumber.format(nowMs) === dayNumber.format(at) ? clock.format(at) : full.format(at);
    },
    full: (iso) => full.format(new Date(iso)),
    day: (ms) => day.format(ms),
  };
}
