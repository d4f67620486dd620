export const DAY_MS = 24 * 3_600_000;
/** Days that the page looks back. */
export const DAYS = 30;
/** What is counted is kept for a day longer. */
export const KEPT_SECONDS = ((DAYS + 1) * DAY_MS) / 1000;

/** Of UTC: `2026-11-29`. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The last {@link DAYS} days, the newest first. */
export const lastDays = (nowMs: number): string[] =>
  Array.from({ length: DAYS }, (_, index) => dayOf(nowMs - index * DAY_MS));
