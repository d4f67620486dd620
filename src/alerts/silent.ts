import type { Alert } from './schema.ts';

/*
 * A silent version changes the text on pages, and notifies nobody who has an earlier version. Readers to whom an earlier
 * version was still to be sent lose nothing by it: they get its text, in the place of that version.
 */

/** The version that a silent one is sent in the place of: the newest before it that is not silent. */
export type InPlaceOf = NonNullable<Alert['inPlaceOf']>;

/** What a silent version after `last` is sent in the place of. */
export const placeAfter = (last: Pick<Alert, 'version' | 'change' | 'note' | 'inPlaceOf'>): InPlaceOf =>
  last.inPlaceOf ?? { version: last.version, change: last.change, note: last.note };

/**
 * A version as devices get it. A silent one says what the version says that it is sent in the place of: a reader who was
 * still to hear of a correction hears of it, with its note and the newest text.
 */
export function asSent<A extends Alert>(alert: A): A {
  const { inPlaceOf, silent, ...sent } = alert;
  if (silent !== true || inPlaceOf === undefined) return alert;
  return { ...(sent as A), change: inPlaceOf.change, note: inPlaceOf.note };
}

/** Whether a page that shows version `seen` of the alert (0: none) tells its reader of this version. */
export const isAnnounced = (
  { silent, inPlaceOf }: Pick<Alert, 'silent' | 'inPlaceOf'>,
  seen: number,
): boolean => silent !== true || seen < (inPlaceOf?.version ?? 1);
