import { urgencySchema, type Urgency } from '../alerts/schema.ts';
import { withoutRefused } from '../alerts/text.ts';
import { MAX_LIFE_MS, MIN_LIFE_MS } from '../alerts/versions.ts';
import type { Item } from './item.ts';
import { reason, type Reason } from './reasons.ts';
import { DEFAULT_TOPIC, markOf, NONE, OTHER, type Source } from './source.ts';
import type { Said } from './item-record.ts';

/** A notification shows about as much, and the push message must hold it in any script. Characters. */
const TEASER = 300;
/** Longer headlines are refused in any case. Cleaning costs the square of the length. UTF-16 units. */
const MOST_CLEANED = 1000;

/** An item in our words, by the source's settings. */
export function translate(item: Item, source: Source, nowMs: number): Said {
  const sendAt =
    item.embargoedUntil !== null && Date.parse(item.embargoedUntil) > nowMs ? item.embargoedUntil : null;
  const life = item.expiresAt === null ? 0 : Date.parse(item.expiresAt) - startOf(sendAt, nowMs);
  return {
    headline: oneLine(item.headline),
    body: teaser(item.body ?? ''),
    ...(item.url === undefined ? {} : { url: item.url }),
    lang: item.lang ?? source.lang,
    topics: topicsOf(item, source),
    urgency: urgencyOf(item, source),
    // An agency keeps its items for weeks: an expiry beyond what an alert may live says nothing of an alert.
    expiresAt: life > MAX_LIFE_MS ? null : item.expiresAt,
    sendAt,
  };
}

/** Why no alert is made of an item; undefined: one may be. What the newsroom's rules say comes later. */
export function whyNot(item: Item, said: Said, nowMs: number): Reason | undefined {
  return item.unfit ?? (isOver(said, nowMs) ? reason('expired') : undefined);
}

/** The same of an item that would make an alert, where {@link whyNot} has nothing against it. */
export function whyNoNew(item: Item, { urgency, topics }: Said, source: Source): Reason | undefined {
  const mark = markOf(source);
  if (mark !== null && item.marks?.includes(mark) === false) return reason('not-marked', { mark });
  if (item.stale !== null) return item.stale;
  if (urgency === null) {
    return item.urgency === null
      ? reason('urgency-missing')
      : reason('urgency-not-wanted', { urgency: item.urgency });
  }
  return topics.length === 0 ? reason('no-topic') : undefined;
}

const startOf = (sendAt: string | null, nowMs: number): number =>
  sendAt === null ? nowMs : Date.parse(sendAt);

const isOver = ({ expiresAt, sendAt }: Said, nowMs: number): boolean =>
  expiresAt !== null && Date.parse(expiresAt) - startOf(sendAt, nowMs) < MIN_LIFE_MS;

const MOST_TOPICS = 20;

function topicsOf({ subjects }: Item, { topics }: Source): string[] {
  const found = subjects.flatMap((word) => ownEntry(topics, word.toLowerCase()) ?? []);
  const other = ownEntry(topics, DEFAULT_TOPIC) ?? null;
  const all = found.length === 0 && other !== null ? [other] : found;
  return [...new Set(all)].slice(0, MOST_TOPICS);
}

function urgencyOf({ urgency }: Item, { urgencies }: Source): Urgency | null {
  const entry = ownEntry(urgencies, urgency ?? NONE);
  if (entry !== undefined) return entry;
  const { data: ours } = urgencySchema.safeParse(urgency);
  return ours ?? ownEntry(urgencies, OTHER) ?? null;
}

/** Subjects come from outside: `constructor` is no entry. */
const ownEntry = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** Machines leave soft hyphens and zero-width spaces in texts: that must not keep a flash from readers. */
const oneLine = (text: string): string =>
  withoutRefused(text.slice(0, MOST_CLEANED)).replace(/\s+/g, ' ').trim();

/** The first paragraph, cut at a word. Null: there is none. */
function teaser(text: string): string | null {
  const [first = ''] = text.trim().split(/\n\s*\n/, 1);
  const characters = Array.from(oneLine(first));
  if (characters.length <= TEASER) return characters.join('') || null;
  const cut = characters.slice(0, TEASER - 1).join('');
  const end = cut.lastIndexOf(' ');
  // What began in the text may end behind the cut: an isolate, for one.
  return `${oneLine(end > TEASER / 2 ? cut.slice(0, end) : cut)}…`;
}
