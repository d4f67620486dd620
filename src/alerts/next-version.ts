import type { EditorAlert, NewAlert, NewVersion } from './schema.ts';
import { directionOf } from './language.ts';

const MINUTE = 60_000;
/** Breaking news is stale after an hour; what comes later tells readers what they know. */
const DEFAULT_LIFE_MS = 60 * MINUTE;
export const MIN_LIFE_MS = MINUTE;
export const MAX_LIFE_MS = 7 * 24 * 60 * MINUTE;

/** The first version of an alert that goes out at once. */
export function firstVersion(id: string, input: NewAlert, editorId: string, nowMs: number): EditorAlert {
  const now = new Date(nowMs).toISOString();
  return {
    id,
    version: 1,
    change: 'new',
    note: null,
    headline: input.headline,
    body: input.body || null,
    url: input.url ?? null,
    image: input.image ?? null,
    lang: input.lang,
    dir: directionOf(input.lang, input.headline),
    topics: [...new Set(input.topics)],
    urgency: input.urgency,
    status: 'sending',
    createdAt: now,
    publishedAt: now,
    expiresAt: input.expiresAt ?? new Date(nowMs + DEFAULT_LIFE_MS).toISOString(),
    sendAt: null,
    author: editorId,
    createdBy: editorId,
    approvedBy: null,
  };
}

/**
 * The version that follows `last`. It keeps `last`'s expiry where that leaves at least {@link DEFAULT_LIFE_MS}, so that a
 * correction or retraction of an old alert still reaches its readers. `createdAt` stays the alert's, `publishedAt` is the version's.
 */
export function nextVersion(
  last: EditorAlert,
  input: NewVersion,
  editorId: string,
  nowMs: number,
): EditorAlert {
  const leastExpiry = new Date(nowMs + DEFAULT_LIFE_MS).toISOString();
  return {
    ...last,
    version: last.version + 1,
    change: input.change,
    note: input.note || null,
    headline: input.headline ?? last.headline,
    body: (input.body === undefined ? last.body : input.body) || null,
    url: input.url === undefined ? last.url : input.url,
    image: input.image === undefined ? last.image : input.image,
    urgency: input.urgency ?? last.urgency,
    status: input.change === 'retraction' ? 'retracted' : 'sending',
    publishedAt: new Date(nowMs).toISOString(),
    expiresAt: input.expiresAt ?? (last.expiresAt > leastExpiry ? last.expiresAt : leastExpiry),
    createdBy: editorId,
    approvedBy: null,
  };
}
