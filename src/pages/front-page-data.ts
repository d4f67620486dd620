import { toPublicAlert, URGENCIES, type Alert } from '../alerts/schema.ts';
import type { AlertPage, AlertQuery } from '../alerts/list.ts';
import type { Topic } from '../audience/topics.ts';
import { isBreaking, type FrontPageData } from './common/front-page-data.ts';
import { identityOf, type SettingsStore } from '../newsroom/settings.ts';

export interface FrontPageQuery {
  /** The section to show; undefined, or an unknown one: all. */
  readonly topic: string | undefined;
  /** Id of an alert: only older ones. */
  readonly before: string | undefined;
}

interface List {
  readonly alerts: readonly Alert[];
  readonly next: string | null;
}

const PAGE = 20;
/** All readers get the same list for so long: after a notification a crowd opens the page within a second. */
const KEPT_MS = 500;

/** Reads the data of the front page. The first page of each section is read once for all readers who ask at the same time. */
export function createFrontPageData(deps: {
  readonly alerts: { list(query: AlertQuery): Promise<AlertPage> };
  readonly topics: { list(): Promise<readonly Topic[]> };
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly vapidPublicKey: string;
  readonly now: () => number;
}): (query: FrontPageQuery) => Promise<FrontPageData> {
  /** By section, so there are no more than topics. */
  const kept = new Map<string | undefined, { readonly untilMs: number; readonly list: Promise<List> }>();

  async function read(topic: string | undefined, before: string | undefined): Promise<List> {
    const topics = topic === undefined ? [] : [topic];
    const { alerts, next } = await deps.alerts.list({ view: 'published', topics, before, limit: PAGE });
    return { alerts: alerts.map(toPublicAlert), next: next ?? null };
  }

  function firstPage(topic: string | undefined): Promise<List> {
    const known = kept.get(topic);
    if (known !== undefined && known.untilMs > deps.now()) return known.list;
    const list = read(topic, undefined);
    kept.set(topic, { untilMs: deps.now() + KEPT_MS, list });
    list.catch(() => kept.delete(topic));
    return list;
  }

  return async (query) => {
    const [topics, settings] = await Promise.all([deps.topics.list(), deps.settings.get()]);
    const topic = topics.find(({ id }) => id === query.topic)?.id;
    const [newest, list] = await Promise.all([
      firstPage(undefined),
      query.before === undefined ? firstPage(topic) : read(topic, query.before),
    ]);
    const nowMs = deps.now();
    return {
      config: {
        vapidPublicKey: deps.vapidPublicKey,
        topics,
        languages: settings.languages,
        newsroom: identityOf(settings),
        urgencies: URGENCIES,
      },
      topic: topic ?? null,
      ...list,
      breaking: newest.alerts.filter((alert) => isBreaking(alert, nowMs)),
      nowMs,
    };
  };
}
