import { createHash } from 'node:crypto';
import { EMPTY_ITEM, type Item, type ReadItems } from '../item.ts';
import { reason } from '../reasons.ts';
import type { FeedSettings } from './feed-settings.ts';
import { seenAfter, type FeedState } from './feed-state.ts';
import type { FeedAnswer } from './fetch-feed.ts';
import type { FeedItem } from './read-feed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** However long an answer says that it is fresh: news is later than its feed's server thinks. */
const MOST_FRESH_MS = HOUR;
const MOST_PAUSE_MS = 24 * HOUR;

/** When the feed is asked next, after an answer. It is never asked more often than the source says. */
export function nextAfter(answer: FeedAnswer, { everySeconds }: FeedSettings, nowMs: number): number {
  const asked = Math.min((answer.retryAfter ?? 0) * 1000, MOST_PAUSE_MS);
  const fresh = Math.min((answer.maxAge ?? 0) * 1000, MOST_FRESH_MS);
  return nowMs + Math.max(everySeconds * 1000, asked, fresh);
}

/** After so many failures in a row: twice as long each time, an hour at most. */
export const nextAfterFailure = (failures: number, { everySeconds }: FeedSettings, nowMs: number): number =>
  nowMs + Math.max(everySeconds * 1000, Math.min(everySeconds * 1000 * 2 ** Math.min(failures, 12), HOUR));

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

interface Looked {
  readonly seen: Record<string, string>;
  /** What the feed says for the first time, the oldest first. */
  readonly read: ReadItems;
}

/** What is new in a feed since the last look. The first look only remembers: what stands there is no news. */
export function whatIsNew(
  items: readonly FeedItem[],
  before: FeedState['seen'],
  settings: FeedSettings,
  nowMs: number,
): Looked {
  const now: Record<string, string> = {};
  const fresh: Item[] = [];
  for (const item of items) {
    const [id, digest] = [hash(item.id), hash(JSON.stringify(item))];
    if (Object.hasOwn(now, id)) continue;
    now[id] = digest;
    const isNew = before !== null && before[id] !== digest;
    const marked = isNew ? withoutMark(item, settings.mark) : undefined;
    if (marked !== undefined) fresh.push(toItem(marked, settings, nowMs));
  }
  return { seen: seenAfter(before, now), read: { items: fresh.toReversed() } };
}

/** The item without the mark in its title; undefined: it does not have the mark. */
function withoutMark(item: FeedItem, mark: string | null): FeedItem | undefined {
  if (mark === null) return item;
  const wanted = mark.trim().toLowerCase();
  const title = item.title.trimStart();
  if (title.toLowerCase().startsWith(wanted)) {
    const rest = title.slice(wanted.length);
    // `عاجلة` does not begin with the mark `عاجل`.
    const [between = ''] = /^[\s:|/.،,–—-]*/.exec(rest) ?? [];
    if (rest === '' || between !== '') return { ...item, title: rest.slice(between.length) || title };
  }
  return item.categories.some((category) => category.trim().toLowerCase() === wanted) ? item : undefined;
}

function toItem(
  { id, title, text, url, categories, lang, publishedAt, updatedAt }: FeedItem,
  { maxAgeMinutes }: FeedSettings,
  nowMs: number,
): Item {
  const isOld = publishedAt !== null && nowMs - publishedAt > maxAgeMinutes * MINUTE;
  const old = isOld ? reason('too-old', { minutes: String(maxAgeMinutes) }) : null;
  return {
    ...EMPTY_ITEM,
    id,
    // Without a time of its own, what comes later is newer.
    version: { number: null, madeAt: updatedAt },
    unfit: title === '' ? reason('no-title') : null,
    stale: publishedAt === null ? reason('no-time') : old,
    headline: title,
    body: text,
    ...(url === null ? {} : { url }),
    lang,
    subjects: categories.map((category) => category.toLowerCase()),
  };
}
