import type { Request, Response, Router } from 'express';
import type { AlertQuery } from '../alerts/list.ts';
import { toPublicAlert, type Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { isPublicStory } from '../alerts/stories/schema.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import type { Topic, TopicStore } from '../audience/topics.ts';
import { route } from '../http/route.ts';
import { isLanguage, LANGUAGES, type Language } from '../words/language.ts';
import { LIST_PAGE } from '../words/words.ts';
import { missingPage } from './alert-page.ts';
import { sendShared, sharedAnswer, SHARED_CACHING, type SharedAnswer } from './caching.ts';
import type { Identity } from './common/identity.ts';
import { timesIn } from './common/times.ts';
import { keepAnswers } from './kept.ts';
import { listPage, type ListPageInput } from './list-page.ts';
import type { PageParts } from './page-parts.ts';

const DAY_MS = 24 * 3_600_000;
const PER_PAGE = 50;
const KEPT_MS = 500;
const MOST_KEPT = 50;
/** No alert is older. */
const FIRST_DAY = '2020-01-01';

interface ListPagesDeps {
  readonly alerts: Pick<AlertStore, 'list'>;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly identity: () => Promise<Identity>;
  readonly config: { readonly publicUrl: string };
  readonly fill: (parts: PageParts) => string;
  /** Of the page for an address that leads nowhere. */
  readonly fillMissing: (parts: PageParts) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What differs between the pages. */
type Shown = Pick<ListPageInput, 'topic' | 'title' | 'description' | 'path' | 'alerts' | 'note' | 'ways'>;

/** Serves `/topics/<id>`, `/stories/<id>`, `/archive` and `/archive/<day>`: the same for everybody, so that caches in front can answer. */
export function serveListPages(router: Router, deps: ListPagesDeps): void {
  const kept = keepAnswers<SharedAnswer | undefined>({ forMs: KEPT_MS, most: MOST_KEPT, now: deps.now });

  async function alerts(query: Partial<AlertQuery>): Promise<{ alerts: Alert[]; next: string | undefined }> {
    const page = await deps.alerts.list({ view: 'published', topics: [], limit: PER_PAGE, ...query });
    return { alerts: page.alerts.map(toPublicAlert), next: page.next };
  }

  /** The newest alerts of a topic, or those before one of them. */
  async function ofTopic(
    { id, names }: Topic,
    before: string | undefined,
    language: Language,
  ): Promise<Shown | undefined> {
    const found = await alerts({ topics: [id], before });
    if (before !== undefined && found.alerts.length === 0) return undefined;
    const words = LIST_PAGE[language];
    const path = `/topics/${id}`;
    const title = names[language] ?? names['en'] ?? id;
    return {
      topic: id,
      title,
      description: `${words.aboutTopic} ${title}.`,
      path: before === undefined ? path : `${path}?before=${before}`,
      alerts: found.alerts,
      ways: [
        ...(before === undefined ? [] : [{ rel: 'prev' as const, path, name: words.newest }]),
        ...olderWay(path, found.next, words.older, 'next'),
      ],
    };
  }

  /** The same of a story, also after its end. Its name is in its own language on every page. */
  async function ofStory(
    id: string,
    before: string | undefined,
    language: Language,
  ): Promise<Shown | undefined> {
    const [story, found] = await Promise.all([deps.stories.get(id), alerts({ story: id, before })]);
    if (story === undefined || !isPublicStory(story)) return undefined;
    if (before !== undefined && found.alerts.length === 0) return undefined;
    const words = LIST_PAGE[language];
    const path = `/stories/${id}`;
    return {
      topic: undefined,
      title: story.name,
      description: `${words.aboutStory} ${story.name}.`,
      path: before === undefined ? path : `${path}?before=${before}`,
      alerts: found.alerts,
      ...(story.ended ? { note: words.storyEnded } : {}),
      ways: [
        ...(before === undefined ? [] : [{ rel: 'prev' as const, path, name: words.newest }]),
        ...olderWay(path, found.next, words.older, 'next'),
      ],
    };
  }

  /** The alerts of a day in UTC. @param day `2026-11-29` */
  async function ofDay(
    day: string,
    before: string | undefined,
    language: Language,
  ): Promise<Shown | undefined> {
    const from = Date.parse(`${day}T00:00:00Z`);
    const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(from) && dayOf(from) === day;
    if (!isDay || day < FIRST_DAY || from > deps.now()) return undefined;
    const [found, earlier] = await Promise.all([
      alerts({ from, to: from + DAY_MS - 1, before }),
      alerts({ before: from, limit: 1 }),
    ]);
    const words = LIST_PAGE[language];
    const name = timesIn(language, 'UTC').day(from);
    const path = `/archive/${day}`;
    const last = earlier.alerts[0];
    const laterDay = dayOf(from + DAY_MS);
    return {
      topic: undefined,
      title: `${words.newsOf} ${name}`,
      description: `${words.aboutDay} ${name}.`,
      path: before === undefined ? path : `${path}?before=${before}`,
      alerts: found.alerts,
      note: words.dayInUtc,
      ways: [
        ...olderWay(path, found.next, words.older),
        ...(last === undefined
          ? []
          : [{ rel: 'prev' as const, path: `/archive/${dayOf(publishedMs(last))}`, name: words.earlierDay }]),
        ...(from + DAY_MS > deps.now()
          ? []
          : [{ rel: 'next' as const, path: `/archive/${laterDay}`, name: words.laterDay }]),
      ],
    };
  }

  async function newestDay(): Promise<string> {
    const [newest] = (await alerts({ limit: 1 })).alerts;
    return dayOf(newest === undefined ? deps.now() : publishedMs(newest));
  }

  async function send(
    request: Request,
    response: Response,
    read: (
      topics: readonly Topic[],
      before: string | undefined,
      language: Language,
    ) => Promise<Shown | undefined>,
  ): Promise<void> {
    const { lang, before } = request.query;
    const language = isLanguage(lang) ? lang : LANGUAGES[0];
    const place = typeof before === 'string' && /^[0-9a-z]{26}$/.test(before) ? before : undefined;
    const answer = await kept(JSON.stringify([request.path, language, place]), async () => {
      const [topics, newsroom] = await Promise.all([deps.topics.list(), deps.identity()]);
      const shown = await read(topics, place, language);
      if (shown === undefined) return undefined;
      const { publicUrl } = deps.config;
      const nowMs = deps.now();
      const parts = listPage({ ...shown, language, newsroom, publicUrl, topics, nowMs });
      // The page also follows topics and settings, whose changes no alert's time tells.
      return sharedAnswer(deps.fill(parts), undefined, nowMs);
    });
    if (answer !== undefined) return sendShared(response, 'html', answer);
    response.status(404).set('Cache-Control', SHARED_CACHING).type('html');
    response.send(deps.fillMissing(missingPage(language, await deps.identity())));
    return undefined;
  }

  route(router, '/topics/:id', {
    get: (request, response) =>
      send(request, response, async (topics, before, language) => {
        const topic = topics.find(({ id }) => id === request.params['id']);
        return topic === undefined ? undefined : ofTopic(topic, before, language);
      }),
  });
  route(router, '/stories/:id', {
    get: (request, response) =>
      send(request, response, (_topics, before, language) =>
        ofStory(String(request.params['id']), before, language),
      ),
  });
  route(router, '/archive', {
    get: (request, response) =>
      send(request, response, async (_topics, _before, language) =>
        ofDay(await newestDay(), undefined, language),
      ),
  });
  route(router, '/archive/:day', {
    get: (request, response) =>
      send(request, response, (_topics, before, language) =>
        ofDay(String(request.params['day']), before, language),
      ),
  });
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** About when an alert became public: a later version tells its own time. */
const publishedMs = ({ version, publishedAt, createdAt }: Alert): number =>
  Date.parse(version === 1 ? (publishedAt ?? createdAt) : createdAt);

const olderWay = (path: string, next: string | undefined, name: string, rel?: 'next') =>
  next === undefined ? [] : [{ rel, path: `${path}?before=${next}`, name }];
