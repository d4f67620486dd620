import type { AlertEdit, NewAlert, NewVersion } from './input.ts';
import type { AlertStatus, EditorAlert } from './schema.ts';
import { directionOf } from './language.ts';
import { isPublic } from './schema.ts';
import { placeAfter } from './silent.ts';

const MINUTE = 60_000;
/** Breaking news is stale after an hour; what comes later tells readers what they know. */
const DEFAULT_LIFE_MS = 60 * MINUTE;
export const MIN_LIFE_MS = MINUTE;
export const MAX_LIFE_MS = 7 * 24 * 60 * MINUTE;

const timeAt = (ms: number): string => new Date(ms).toISOString();

/** The end of a life that nobody chose: an hour after the version goes out. @param sendAt RFC 3339, null for now */
const defaultExpiry = (sendAt: string | null, nowMs: number): string =>
  timeAt(Math.max(nowMs, sendAt === null ? 0 : Date.parse(sendAt)) + DEFAULT_LIFE_MS);

type Picture = Pick<EditorAlert, 'image' | 'imageAlt' | 'imageCaption' | 'imageCredit'>;

const NO_PICTURE: Picture = { image: null, imageAlt: null, imageCaption: null, imageCredit: null };

/** The picture with its texts. Another picture does not keep the texts of the one before; without a picture there are none. */
function pictureOf(given: { [Name in keyof Picture]?: Picture[Name] | undefined }, before: Picture): Picture {
  const image = given.image === undefined ? before.image : given.image;
  if (image === null) return NO_PICTURE;
  const { imageAlt, imageCaption, imageCredit } = image === before.image ? before : NO_PICTURE;
  return {
    image,
    imageAlt: (given.imageAlt === undefined ? imageAlt : given.imageAlt) || null,
    imageCaption: (given.imageCaption === undefined ? imageCaption : given.imageCaption) || null,
    imageCredit: (given.imageCredit === undefined ? imageCredit : given.imageCredit) || null,
  };
}

/** The first version of an alert. @param status `sending` goes out at once */
export function firstVersion(
  id: string,
  input: NewAlert,
  editorId: string,
  nowMs: number,
  status: AlertStatus = 'sending',
): EditorAlert {
  const now = timeAt(nowMs);
  const sendAt = input.sendAt ?? null;
  return {
    id,
    version: 1,
    change: 'new',
    note: null,
    headline: input.headline,
    body: input.body || null,
    url: input.url ?? null,
    ...pictureOf(input, NO_PICTURE),
    lang: input.lang,
    dir: directionOf(input.lang, input.headline),
    topics: [...new Set(input.topics)],
    urgency: input.urgency,
    status,
    createdAt: now,
    publishedAt: isPublic(status) ? now : null,
    expiresAt: input.expiresAt ?? defaultExpiry(sendAt, nowMs),
    sendAt,
    story: input.story ?? null,
    author: editorId,
    createdBy: editorId,
    approvedBy: null,
    escalate: input.escalate === true,
    ownExpiry: typeof input.expiresAt === 'string',
    review: null,
  };
}

/**
 * The version that follows `last`. It keeps `last`'s expiry where that leaves at least {@link DEFAULT_LIFE_MS}, so that a
 * correction or retraction of an old alert still reaches its readers. `createdAt` stays the alert's, `publishedAt` is the version's.
 * @param sendAt RFC 3339, of one that is scheduled
 */
export function nextVersion(
  last: EditorAlert,
  input: NewVersion,
  editorId: string,
  nowMs: number,
  status: AlertStatus = input.change === 'retraction' ? 'retracted' : 'sending',
  sendAt: string | null = null,
): EditorAlert {
  const leastExpiry = defaultExpiry(sendAt, nowMs);
  return {
    ...last,
    version: last.version + 1,
    change: input.change,
    note: input.note || null,
    headline: input.headline ?? last.headline,
    body: (input.body === undefined ? last.body : input.body) || null,
    url: input.url === undefined ? last.url : input.url,
    ...pictureOf(input, last),
    urgency: input.urgency ?? last.urgency,
    status,
    publishedAt: isPublic(status) ? timeAt(nowMs) : null,
    expiresAt: input.expiresAt ?? (last.expiresAt > leastExpiry ? last.expiresAt : leastExpiry),
    sendAt,
    createdBy: editorId,
    approvedBy: null,
    ownExpiry: typeof input.expiresAt === 'string',
    review: null,
    cancelledBecause: undefined,
    silent: input.silent === true ? true : undefined,
    inPlaceOf: input.silent === true ? placeAfter(last) : undefined,
  };
}

/** A version that waits, with what an editor changed in it. Null empties what may be empty. What was agreed to is agreed to anew. */
export function editedVersion(
  last: EditorAlert,
  edit: AlertEdit,
  editorId: string,
  nowMs: number,
  status: AlertStatus,
): EditorAlert {
  const kept = <T>(given: T | undefined, before: T): T => (given === undefined ? before : given);
  const sendAt = kept(edit.sendAt, last.sendAt);
  const ownExpiry = edit.expiresAt === undefined ? last.ownExpiry : edit.expiresAt !== null;
  const headline = edit.headline ?? last.headline;
  const lang = edit.lang ?? last.lang;
  return {
    ...last,
    note: kept(edit.note, last.note) || null,
    headline,
    body: kept(edit.body, last.body) || null,
    url: kept(edit.url, last.url),
    ...pictureOf(edit, last),
    lang,
    dir: directionOf(lang, headline),
    topics: edit.topics === undefined ? last.topics : [...new Set(edit.topics)],
    urgency: edit.urgency ?? last.urgency,
    status,
    sendAt,
    story: kept(edit.story, last.story),
    escalate: kept(edit.escalate, last.escalate) === true,
    expiresAt: ownExpiry ? (edit.expiresAt ?? last.expiresAt) : defaultExpiry(sendAt, nowMs),
    createdBy: editorId,
    approvedBy: null,
    ownExpiry,
    review: null,
  };
}

/** A version that waits, with the time at which it is to leave (RFC 3339; null: as soon as it may). */
export function timedVersion(last: EditorAlert, sendAt: string | null, nowMs: number): EditorAlert {
  return { ...last, sendAt, expiresAt: last.ownExpiry ? last.expiresAt : defaultExpiry(sendAt, nowMs) };
}

/** A version that waited, as it goes out now. An expiry that nobody chose is counted from now. */
export function publishedVersion(last: EditorAlert, nowMs: number): EditorAlert {
  const least = defaultExpiry(null, nowMs);
  return {
    ...last,
    status: last.change === 'retraction' ? 'retracted' : 'sending',
    publishedAt: timeAt(nowMs),
    expiresAt: last.ownExpiry || last.expiresAt > least ? last.expiresAt : least,
  };
}
