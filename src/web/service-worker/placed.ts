import { alertData, type PushData, type Shown, type TestData } from './push-message.ts';

/** What a notification on the screen says of itself. */
export interface Standing {
  readonly tag: string;
  readonly data: PushData | TestData | null;
}

/** Where a message goes among the notifications on the screen. */
export interface Placed<One extends Standing> {
  /** A newer version of the same alert: it stays. */
  readonly newer: One | undefined;
  /** The message as it is shown. */
  readonly message: Shown;
  /** What stands elsewhere, and is an earlier version of the same alert. */
  readonly closes: readonly One[];
}

/**
 * Decides what a message replaces. A version replaces the earlier ones of its alert, in whatever order they come. Of a story
 * one notification stands: a newer alert replaces the one before. Everything else about another alert of the story, such as
 * a correction of an older one, or an alert that comes late, stands beside it under its own tag: it neither wipes the newer
 * alert out nor gets lost (docs/decisions/0035).
 * @param standing with the message's tag, or with its alert's id as tag
 */
export function placed<One extends Standing>(message: Shown, standing: readonly One[]): Placed<One> {
  const { options } = message;
  const data = alertData(options.data);
  if (data === undefined || options.tag === undefined) return { newer: undefined, message, closes: [] };
  const known = standing.flatMap((one) => {
    const of = alertData(one.data ?? undefined);
    return of === undefined ? [] : [{ one, of }];
  });
  const own = known.filter(({ of }) => of.id === data.id);
  const newer = own.find(({ of }) => of.version > data.version)?.one;
  const other = known.find(({ one, of }) => one.tag === options.tag && of.id !== data.id)?.of;
  const shown = other === undefined ? message : besides(message, data, other);
  const closes = own.map(({ one }) => one).filter(({ tag }) => tag !== shown.options.tag);
  return { newer, message: shown, closes: newer === undefined ? closes : [] };
}

/** Of a story: in the place of another alert if this one is newer, else beside it. */
function besides(message: Shown, data: PushData, other: PushData): Shown {
  const isNewer = data.version === 1 && (data.at ?? 0) >= (other.at ?? 0);
  const { options } = message;
  if (!isNewer) return { ...message, options: { ...options, tag: data.id } };
  // News: the reader must notice it, unless it is quiet.
  return { ...message, options: { ...options, renotify: data.urgency !== 'normal' } };
}
