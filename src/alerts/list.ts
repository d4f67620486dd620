import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { normaliseHeadline } from './fingerprint.ts';
import { timePrefix } from './id.ts';
import { storyIndex } from './indexes.ts';
import { primaryLanguage } from './language.ts';
import { fetchPublicVersion, fetchVersion } from './record.ts';
import { WAITING_STATUSES, type AlertStatus, type EditorAlert } from './schema.ts';

export interface AlertQuery {
  /** `published`: what every reader may see. `all`: drafts too. */
  readonly view: 'published' | 'all';
  /** Any of these; empty: all. */
  readonly topics: readonly string[];
  readonly lang?: string | undefined;
  /** Id of the story that they belong to. */
  readonly story?: string | undefined;
  readonly status?: AlertStatus | undefined;
  /** Words that headline, text or note have, in any order; written as editors vary them (`normaliseHeadline`). */
  readonly q?: string | undefined;
  /** Id of the editor who created the alert, or wrote its newest version. */
  readonly createdBy?: string | undefined;
  /** From this time on, and up to that one, ms since the epoch: of its publication, or of its creation until then. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only alerts before this alert (its id) or this time (ms since the epoch). */
  readonly before?: string | number | undefined;
  readonly limit: number;
}

export interface AlertPage {
  readonly alerts: readonly EditorAlert[];
  /** Pass it as `before` to get the next alerts; undefined at the end. */
  readonly next: string | undefined;
}

// There is no index by words, by editor, or by status of what readers see: a call reads at most this many alerts, and `next` tells where
// to go on.
const MAX_LOOKED_AT = 500;
// Of what waits, more than any newsroom has.
const MAX_WAITING = 5000;
const TIME_LENGTH = timePrefix(0).length;

/** Lists the newest version of each alert (that readers may see, in their view), newest alert first. */
export function createAlertList(redis: Redis): (query: AlertQuery) => Promise<AlertPage> {
  /** The place of `before` in the indexes; undefined if there is no such alert. */
  async function placeBefore(before: string | number): Promise<string | undefined> {
    if (typeof before === 'number') return timePrefix(before);
    return (await redis.hget(keys.alert(before), 'published')) ?? undefined;
  }

  /** Those of alerts that wait, in one status: found behind any number of newer alerts. */
  async function waitingPlaces(query: AlertQuery, from: string, count: number): Promise<string[]> {
    const members = await redis.zrevrange(keys.waiting, 0, MAX_WAITING - 1);
    const places = await Promise.all(
      members.map(async (member) => {
        const [id = '', version] = member.split(':');
        const [place, status] = await redis.hmget(keys.alert(id), 'published', `s:${version}`);
        return status === query.status ? place : undefined;
      }),
    );
    const oldest = query.from === undefined ? '' : timePrefix(query.from);
    return places
      .flatMap((place) => place ?? [])
      .filter((place) => place >= oldest && (from === '+' || place < from.slice(1)))
      .sort()
      .reverse()
      .slice(0, count);
  }

  /** The next places of all the query's indexes together, in falling order, each once. */
  async function nextPlaces(query: AlertQuery, from: string, count: number): Promise<string[]> {
    if (isWaiting(query.status)) return waitingPlaces(query, from, count);
    const view = query.view === 'published' ? keys.alertsPublished : keys.alertsAll;
    const oldest = query.from === undefined ? '-' : `[${timePrefix(query.from)}`;
    const found = await Promise.all(
      indexesFor(query, view).map((index) => redis.zrevrangebylex(index, from, oldest, 'LIMIT', 0, count)),
    );
    return [...new Set(found.flat())].sort().reverse().slice(0, count);
  }

  async function read(view: AlertQuery['view'], places: readonly string[]): Promise<EditorAlert[]> {
    const fetch = view === 'published' ? fetchPublicVersion : fetchVersion;
    const alerts = await Promise.all(places.map((place) => fetch(redis, place.slice(TIME_LENGTH))));
    return alerts.flatMap((alert) => alert ?? []);
  }

  return async (query) => {
    const limit = query.limit;
    const isWanted = filterOf(query);
    const before = query.before === undefined ? undefined : await placeBefore(query.before);
    if (query.before !== undefined && before === undefined) return { alerts: [], next: undefined };
    const last = query.to === undefined ? undefined : timePrefix(query.to + 1);
    const [place] = [before, last].filter((one) => one !== undefined).sort();
    let from = place === undefined ? '+' : `(${place}`;
    const alerts: EditorAlert[] = [];
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += limit) {
      const places = await nextPlaces(query, from, limit);
      const found = await read(query.view, places);
      for (const alert of found) {
        if (!isWanted(alert)) continue;
        alerts.push(alert);
        if (alerts.length === limit) return { alerts, next: alert.id };
      }
      if (places.length < limit) return { alerts, next: undefined };
      from = `(${places.at(-1) ?? ''}`;
      if (looked + limit >= MAX_LOOKED_AT) return { alerts, next: from.slice(1 + TIME_LENGTH) };
    }
    return { alerts, next: undefined };
  };
}

/** Keys of the indexes that hold together what the query asks for, and more. */
function indexesFor(
  { topics, lang, story }: AlertQuery,
  view: (topic: string, lang: string) => string,
): string[] {
  if (story !== undefined) return [view(storyIndex(story), '*')];
  const language = lang === undefined ? '*' : primaryLanguage(lang);
  return (topics.length === 0 ? ['*'] : topics).map((topic) => view(topic, language));
}

const isWaiting = (status: AlertStatus | undefined): boolean =>
  WAITING_STATUSES.some((waiting) => waiting === status);

/** Whether the query asks for an alert, as far as no index tells. */
function filterOf({
  topics,
  lang,
  story,
  status,
  q,
  createdBy,
}: AlertQuery): (alert: EditorAlert) => boolean {
  const words = q === undefined ? [] : normaliseHeadline(q).split(' ');
  return (alert) => {
    if (status !== undefined && alert.status !== status) return false;
    if (story !== undefined && alert.story !== story) return false;
    if (topics.length > 0 && !topics.some((topic) => alert.topics.includes(topic))) return false;
    if (lang !== undefined && primaryLanguage(alert.lang) !== primaryLanguage(lang)) return false;
    if (createdBy !== undefined && ![alert.author, alert.createdBy].includes(createdBy)) return false;
    if (words.length === 0) return true;
    const text = normaliseHeadline([alert.headline, alert.body, alert.note].filter(Boolean).join(' '));
    return words.every((word) => text.includes(word));
  };
}
