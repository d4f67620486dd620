import type { Request, Response, Router } from 'express';
import { feedUrl, readFeed, type Feed } from '../../alerts/feed.ts';
import { Problem } from '../../http/problem.ts';
import { route } from '../../http/route.ts';
import { newestMs, sendShared, sharedAnswer, type SharedAnswer } from '../caching.ts';
import { keepAnswers } from '../kept.ts';
import { readFeedData, type FeedDataDeps } from './feed-data.ts';
import { FEED_TYPES, hubUrl, writeFeed } from './write-feed.ts';

const KEPT_MS = 1000;
const MOST_KEPT = 50;

/** A feed's text and its headers, for who asks and for whom the hub tells. */
export interface WrittenFeed extends SharedAnswer {
  readonly type: string;
  /** RFC 8288. */
  readonly link: string;
}

/** @returns undefined if there is no such feed */
export type ReadFeed = (feed: Feed) => Promise<WrittenFeed | undefined>;

export function createFeeds(deps: FeedDataDeps): ReadFeed {
  const { publicUrl } = deps;
  return async (feed) => {
    const data = await readFeedData(deps, feed);
    if (data === undefined) return undefined;
    const changedMs = newestMs(data.items.map(({ alert }) => alert));
    return {
      ...sharedAnswer(writeFeed(data, publicUrl), changedMs, deps.now()),
      type: FEED_TYPES[feed.format],
      link: `<${feedUrl(publicUrl, feed)}>; rel="self", <${hubUrl(publicUrl)}>; rel="hub"`,
    };
  };
}

/** `/feeds/all` and `/feeds/<topic>` with `.rss`, `.atom` or `.json`, and `?lang=`. */
export function serveFeeds(
  router: Router,
  deps: Omit<FeedDataDeps, 'publicUrl'> & { readonly config: { readonly publicUrl: string } },
): void {
  const read = createFeeds({ ...deps, publicUrl: deps.config.publicUrl });
  const kept = keepAnswers<WrittenFeed | undefined>({ forMs: KEPT_MS, most: MOST_KEPT, now: deps.now });

  async function show(request: Request, response: Response): Promise<void> {
    const feed = feedOf(request);
    const written = await kept(JSON.stringify(feed), () => read(feed));
    if (written === undefined) throw new Problem('not-found', 'The newsroom has no such topic.');
    response.set('Link', written.link);
    sendShared(response, written.type, written);
  }

  route(router, '/feeds/:name', { get: show });
}

/** @throws {Problem} 404; 400 for a `lang` that is none */
function feedOf(request: Request): Feed {
  const { lang = '' } = request.query;
  const feed =
    typeof lang === 'string'
      ? readFeed(String(request.params['name']), lang)
      : { fault: 'may be given once' };
  if (feed === undefined) {
    throw new Problem('not-found', 'Feeds are /feeds/all and /feeds/<topic>, with .rss, .atom or .json.');
  }
  if ('fault' in feed) {
    throw new Problem('invalid-query', 'Correct the parameters named in errors.', {
      errors: [{ parameter: 'lang', detail: feed.fault }],
    });
  }
  return feed;
}
