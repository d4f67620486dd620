import type { AlertQuery } from '../../alerts/list.ts';
import type { Feed } from '../../alerts/feed.ts';
import { primaryLanguage } from '../../alerts/language.ts';
import { isPublic, toPublicAlert, type EditorAlert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { TopicStore } from '../../audience/topics.ts';
import { identityOf, type SettingsStore } from '../../newsroom/settings.ts';
import type { Identity } from '../common/identity.ts';
import { feedItem, type FeedItem } from './item.ts';

/** Some days of a busy newsroom. A reader of feeds that looks once a day misses nothing. */
const MOST_ITEMS = 50;

/** All that a feed says, in any format. */
export interface FeedData {
  readonly feed: Feed;
  /** Of the feed's own words: the one that was asked for, or the newsroom's first. */
  readonly lang: string;
  readonly newsroom: Identity;
  /** Of the topic: by language; undefined: of all. */
  readonly names: Readonly<Record<string, string>> | undefined;
  readonly topicName: (id: string, lang: string) => string;
  /** Newest alert first. */
  readonly items: readonly FeedItem[];
}

export interface FeedDataDeps {
  readonly alerts: Pick<AlertStore, 'list' | 'versions'>;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly publicUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** @returns undefined if the newsroom has no such topic */
export async function readFeedData(deps: FeedDataDeps, feed: Feed): Promise<FeedData | undefined> {
  const { topic, lang } = feed;
  const [topics, settings] = await Promise.all([deps.topics.list(), deps.settings.get()]);
  const known = topics.find(({ id }) => id === topic);
  if (topic !== null && known === undefined) return undefined;
  const query: AlertQuery = {
    view: 'published',
    topics: topic === null ? [] : [topic],
    lang,
    limit: MOST_ITEMS,
  };
  const { alerts } = await deps.alerts.list(query);
  const published = await Promise.all(alerts.map((alert) => firstPublished(deps, alert)));
  const nowMs = deps.now();
  return {
    feed,
    lang: lang ?? settings.languages[0] ?? 'ar',
    newsroom: identityOf(settings),
    names: known?.names,
    topicName: (id, to) => {
      const names = topics.find((one) => one.id === id)?.names;
      return names?.[primaryLanguage(to)] ?? names?.['en'] ?? id;
    },
    items: alerts.map((alert, index) =>
      feedItem(toPublicAlert(alert), published[index] ?? alert.createdAt, deps.publicUrl, nowMs),
    ),
  };
}

/** When the alert first became public. Few alerts have more than one version, so few are read again. */
async function firstPublished({ alerts }: FeedDataDeps, alert: EditorAlert): Promise<string> {
  const all = alert.version === 1 ? [alert] : await alerts.versions(alert.id);
  const first = all.find(({ status }) => isPublic(status)) ?? alert;
  return first.publishedAt ?? first.createdAt;
}
