import type { Preferences, PreferencesPatch, QuietHours } from '../../subscription/preferences.ts';

/** What a reader who wants a quiet night gets first. */
const NIGHT = { start: '23:00', end: '07:00' } as const;
const NEVER = { start: '00:00', end: '00:00' } as const;
const STEP_MINUTES = 30;
const DAY_MINUTES = 24 * 60;

/** The time zone of this device; a browser that hides it says UTC. */
export const deviceZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Hours that end when they start are none: they only tell the server the reader's zone, by which it counts the days. */
export const areQuiet = (hours: QuietHours | undefined): hours is QuietHours =>
  hours !== undefined && hours.start !== hours.end;

export const quietOn = (timeZone: string): PreferencesPatch => ({
  quietHours: { ...NIGHT, timeZone, flash: true },
});

/** A reader with a daily cap keeps a time zone. */
export const quietOff = ({ dailyCap }: Preferences, timeZone: string): PreferencesPatch => ({
  quietHours: dailyCap === undefined ? null : { ...NEVER, timeZone },
});

/** @param cap undefined: no limit */
export function capAt(
  { quietHours }: Preferences,
  cap: number | undefined,
  timeZone: string,
): PreferencesPatch {
  const dailyCap = cap ?? null;
  if (cap === undefined) return areQuiet(quietHours) ? { dailyCap } : { dailyCap, quietHours: null };
  return quietHours === undefined ? { dailyCap, quietHours: { ...NEVER, timeZone } } : { dailyCap };
}

/** Whether the reader's hours and days go by a clock that shows another time than the device's. */
export function hasTravelled({ quietHours }: Preferences, timeZone: string, nowMs: number): boolean {
  return quietHours !== undefined && clockIn(quietHours.timeZone, nowMs) !== clockIn(timeZone, nowMs);
}

/** A zone that this browser does not know shows no time. */
function clockIn(timeZone: string, nowMs: number): string {
  try {
    const options = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
    return new Intl.DateTimeFormat('en', options).format(nowMs);
  } catch {
    return '';
  }
}

/** The times to choose from, HH:MM, and `given` if it is another. */
export function timesOfDay(given: string): string[] {
  const two = (number: number): string => String(number).padStart(2, '0');
  const times = Array.from({ length: DAY_MINUTES / STEP_MINUTES }, (_, index) => {
    const minutes = index * STEP_MINUTES;
    return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  });
  return [...new Set([...times, given])].sort();
}
