// Times as an editor types them: on the clock of a time zone. The API takes points in time.

/** The editor's own time zone (IANA). */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

const HOUR_MS = 3_600_000;
/** Clocks of two places differ by at most so much (UTC-12 to UTC+14), and so does a clock from itself after a change. */
const MOST_OFFSET_MS = 15 * HOUR_MS;

/** What the clock of a zone shows, as `datetime-local` writes it: `2026-03-29T02:30`. @param ms since the epoch */
export function clockAt(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/**
 * The point in time at which the clock of a zone shows `clock`. Where the clock shows it twice (it went back), the first.
 * @returns ms since the epoch; undefined: the clock never shows it, since it went forward, or it is no time
 */
export function timeOf(clock: string, zone: string): number | undefined {
  const asUtc = Date.parse(`${clock}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const offsetAt = (ms: number): number => Date.parse(`${clockAt(ms, zone)}Z`) - minutes(ms);
  const candidates = [asUtc - MOST_OFFSET_MS, asUtc + MOST_OFFSET_MS].map((ms) => asUtc - offsetAt(ms));
  return candidates.sort((a, b) => a - b).find((ms) => clockAt(ms, zone) === clockAt(asUtc, 'UTC'));
}

const minutes = (ms: number): number => Math.floor(ms / 60_000) * 60_000;
