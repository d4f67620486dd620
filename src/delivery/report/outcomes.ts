/**
 * A delivery's outcome; `pending` until there is one. The ledger knows an outcome by its place in this list: append only.
 * Of what is held the reader's wish is the reason: quiet hours, or enough alerts for a day.
 */
export const OUTCOMES = [
  'accepted',
  'gone',
  'rejected',
  'failed',
  'expired',
  'held-quiet',
  'held-cap',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
