import type { Draft, Fields } from './draft.ts';

// A draft of a version stands on the version of the alert that the editor was shown. When a colleague makes a newer one
// meanwhile, what the editor did not touch must follow that, and the editor must see it.

/** What of `fields` is not as it was before. */
export function changedFields(fields: Partial<Fields>, before: Fields): Partial<Fields> {
  const isChanged = ([name, value]: [string, unknown]): boolean =>
    String(value) !== String(before[name as keyof Fields]);
  return Object.fromEntries(Object.entries(fields).filter(isChanged));
}

/**
 * A kept draft as it is opened where `newest` is the newest version known. Another tab may know a newer one, and have
 * shown that: here it was not.
 */
export function opened(draft: Draft, newest: number): Draft {
  const isUntouched = Object.keys(draft.fields).length === 0;
  return { ...draft, base: isUntouched ? newest : Math.min(draft.base, newest) };
}

/**
 * The draft on the newest version, whose fields are `now`; undefined when it stands there. What was attempted stays as it
 * was sent until its answer is known.
 */
export function caughtUp(draft: Draft, now: Fields, newest: number): Draft | undefined {
  if (draft.attempt !== undefined || draft.base >= newest) return undefined;
  return { ...draft, fields: changedFields(draft.fields, now), base: newest };
}
