import type { Language } from '../../../words/language.ts';

/** Arabic newsrooms write European digits. */
const LOCALES: Readonly<Record<Language, string>> = { ar: 'ar-u-nu-latn', en: 'en-GB' };

/** @param tag BCP 47 */
export const languageName = (tag: string, language: Language): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag;

/** "11:00 م" @param time HH:MM */
export function timeName(time: string, language: Language): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const options = { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(LOCALES[language], options).format(Date.UTC(2000, 0, 1, hours, minutes));
}

/** "توقيت مصر" */
export function zoneName(timeZone: string, language: Language): string {
  try {
    const options = { timeZone, timeZoneName: 'shortGeneric' } as const;
    const parts = new Intl.DateTimeFormat(LOCALES[language], options).formatToParts(0);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  } catch {
    return timeZone; // This browser does not know the zone, or has no names.
  }
}
