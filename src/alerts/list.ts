import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { timePrefix } from './id.ts';
import { primaryLanguage } from './language.ts';
import { fetchPublicVersion, fetchVersion } from './record.ts';
import type { AlertStatus, EditorAlert } from './schema.ts';

export interface AlertQuery {
  /** `published`: what every reader may see. `all`: drafts too. */
  readonly view: 'published' | 'all';
  /** Any of these; empty: all. */
  readonly topics: readonly string[];
  readonly lang?: string | undefined;
  readonly status?: AlertStatus | undefined;
  /** Only alerts before this alert (its id) or this time (ms since the epoch). */
  readonly before?: string | number | undefined;
  readonly limit: number;
}

export interface AlertPage {
  readonly alerts: readonly EditorAlert[];
  /** Pass it as `before` to get the next alerts; undefined at the end. */
  readonly next: string | undefined;
}

// There is no index by status: a call reads at most this many alerts, and `next` tells where to go on.
const MAX_LOOKED_AT = 500;
const TIME_LENGTH = timePrefix(0).length;

/** Lists the newest version of each alert (that readers may see, in their view), newest alert first. */
export function createAlertList(redis: Redis): (query: AlertQuery) => Promise<AlertPage> {
  /** The place of `before` in the indexes; undefined if there is no such alert. */
  async function placeBefore(before: string | number): Promise<string | undefined> {
    if (typeof before === 'number') return timePrefix(before);
    return (await redis.hget(keys.alert(before), 'published')) ?? undefined;
  }

  /** The next places of all the query's indexes together, in falling order, each once. */
  async function nextPlaces(query: AlertQuery, from: string, count: number): Promise<string[]> {
    const view = query.view === 'published' ? keys.alertsPublished : keys.alertsAll;
    const lang = query.lang === undefined ? '*' : primaryLanguage(query.lang);
    const topics = query.topics.length === 0 ? ['*'] : query.topics;
    const found = await Promise.all(
      topics.map((topic) => redis.zrevrangebylex(view(topic, lang), from, '-', 'LIMIT', 0, count)),
    );
    return [...new Set(found.flat())].sort().reverse().slice(0, count);
  }

  async function read(view: AlertQuery['view'], places: readonly string[]): Promise<EditorAlert[]> {
    const fetch = view === 'published' ? fetchPublicVersion : fetchVersion;
    const alerts = await Promise.all(places.map((place) => fetch(redis, place.slice(TIME_LENGTH))));
    return alerts.flatMap((alert) => alert ?? []);
  }

  return async (query) => {
    const { limit, status } = query;
    const place = query.before === undefined ? '+' : await placeBefore(query.before);
    if (place === undefined) return { alerts: [], next: undefined };
    let from = place === '+' ? '+' : `(${place}`;
    const alerts: EditorAlert[] = [];
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += limit) {
      const places = await nextPlaces(query, from, limit);
      const found = await read(query.view, places);
      for (const alert of found) {
        if (status !== undefined && alert.status !== status) continue;
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
