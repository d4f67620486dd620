import type { ReadableHash } from '../../editors/audited-hash.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Redis } from '../../redis/connect.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { everySoOften } from '../every-so-often.ts';
import { feedSettingsOf, type StoredSource } from '../source.ts';
import type { FeedSettings } from './feed-settings.ts';
import { createFeedStates, type FeedState } from './feed-state.ts';
import { createFeedTurns } from './feed-turns.ts';
import { FeedFault, type FetchFeed } from './fetch-feed.ts';
import { nextAfter, nextAfterFailure } from './look.ts';
import type { TakeFeed } from './take-feed.ts';
import { hubLinksOf } from './websub/links.ts';
import type { Subscriber } from './websub/subscriber.ts';

/** Whether a feed is due is looked at so often, ms. */
const EVERY_MS = 1000;
/** Feeds that one process looks at in one turn; what is left comes in the next. */
const AT_ONCE = 8;

interface PollerDeps {
  readonly redis: Redis;
  readonly sources: Pick<ReadableHash<StoredSource>, 'all' | 'get'>;
  readonly takeFeed: TakeFeed;
  readonly fetchFeed: FetchFeed;
  readonly subscriber: Pick<Subscriber, 'follow' | 'renew' | 'pauseFor' | 'setBehind'>;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface FeedLooks {
  /** Looks at the feeds that are due. Every server process does: of those that find the same feed, one looks at it. */
  lookAtDue(): Promise<void>;
  /** Takes in what a hub has sent of a feed, as a look would; what cannot be taken in so has us look at once. */
  takeContent(sourceId: string, body: Buffer): Promise<'taken' | 'gone' | 'looking'>;
}

export function createFeedLooks(deps: PollerDeps): FeedLooks {
  const { logger, now, takeFeed, subscriber } = deps;
  const states = createFeedStates(deps);
  const turns = createFeedTurns(deps);

  async function isDue({ id, settings }: Feed): Promise<boolean> {
    const { isGone, nextAt } = await states.standing(id, settings.url);
    return !isGone && nextAt <= now();
  }

  async function look({ id, source, settings }: Feed): Promise<void> {
    const state = await states.read(id, settings.url);
    // Another process was here in between.
    if (state.isGone || state.nextAt > now()) return;
    const next = await asked(source, settings, state).catch((error: unknown) => {
      if (isRedisAway(error)) throw error;
      if (error instanceof FeedFault && error.isOurs) return undefined;
      if (error instanceof FeedFault) return failed(state, settings, error.message);
      logger.error({ err: error, source: id }, 'the feed of a source could not be taken in; trying again');
      return failed(state, settings, 'it could not be taken in: the log of the server says why');
    });
    // This process stops: another one looks at once.
    if (next === undefined) return;
    tell(id, state, next);
    await states.write(id, next);
  }

  const failed = (state: FeedState, settings: FeedSettings, fault: string): FeedState => {
    const failures = state.failures + 1;
    return { ...state, failures, fault, nextAt: nextAfterFailure(failures, settings, now()) };
  };

  async function asked(source: StoredSource, settings: FeedSettings, state: FeedState): Promise<FeedState> {
    const answer = await deps.fetchFeed(state.movedTo ?? settings.url, state);
    const { status, movedTo, body } = answer;
    const moved = movedTo === undefined ? state : { ...state, movedTo };
    if (status === 410) return { ...moved, isGone: true, fault: 'its server says that it is gone (410)' };
    if (status !== 304 && (status !== 200 || body === undefined)) {
      const next = failed(moved, settings, `it answered ${status}`);
      return { ...next, nextAt: Math.max(next.nextAt, nextAfter(answer, settings, now())) };
    }
    const fresh = body === undefined ? {} : await taken(source, settings, state, { ...answer, body });
    if (body === undefined) await subscriber.renew(source.id);
    const everySeconds = await subscriber.pauseFor(source.id, settings.everySeconds);
    const nextAt = nextAfter(answer, { ...settings, everySeconds }, now());
    return { ...moved, ...fresh, nextAt, failures: 0, fault: null, answeredAt: now() };
  }

  async function taken(
    source: StoredSource,
    settings: FeedSettings,
    { seen: before }: FeedState,
    { body, etag, lastModified, link, url }: Awaited<ReturnType<FetchFeed>> & { body: Buffer },
  ): Promise<Partial<FeedState>> {
    const { seen, isHeard, links } = await takeFeed({ source, settings, before, body });
    if (isHeard) await subscriber.setBehind(source.id, true);
    await subscriber.follow(source.id, hubLinksOf(link, links, url));
    return { seen, etag, lastModified };
  }

  function tell(id: string, before: FeedState, after: FeedState): void {
    if (after.isGone)
      logger.warn({ source: id }, 'the feed of a source is gone (410); nobody asks for it again');
    else if (after.fault !== null && after.fault !== before.fault) {
      logger.warn({ source: id, fault: after.fault }, 'the feed of a source cannot be read; trying again');
    }
    if (after.movedTo !== before.movedTo)
      logger.info({ source: id }, 'the feed of a source has moved for good');
  }

  async function takeSent(
    { id, source, settings }: Feed,
    body: Buffer,
  ): Promise<'taken' | 'gone' | undefined> {
    const state = await states.read(id, settings.url);
    // The first look has yet to say what is no news.
    if (state.seen === null) return undefined;
    if (state.isGone) return 'gone';
    const { seen } = await takeFeed({ source, settings, before: state.seen, body });
    await subscriber.setBehind(id, false);
    await states.write(id, { ...state, seen });
    return 'taken';
  }

  return {
    lookAtDue: async () => {
      const feeds = (await deps.sources.all()).flatMap(([, source]) => feedOf(source) ?? []);
      const due = await Promise.all(feeds.map(isDue));
      const chosen = feeds.filter((_, index) => due[index]).slice(0, AT_ONCE);
      await Promise.all(
        chosen.map((feed) =>
          turns
            .ifFree(feed.id, () => look(feed))
            .catch((error: unknown) => {
              if (isRedisAway(error)) throw error;
              logger.error(
                { err: error, source: feed.id },
                'could not look at the feed of a source; trying again',
              );
            }),
        ),
      );
    },
    takeContent: async (sourceId, body) => {
      const source = await deps.sources.get(sourceId);
      const feed = source && feedOf(source);
      if (feed === undefined) return 'gone';
      try {
        const outcome = await turns.soon(sourceId, () => takeSent(feed, body));
        if (outcome !== undefined) return outcome;
      } catch (error) {
        if (!(error instanceof FeedFault)) throw error;
        logger.warn(
          { source: sourceId, fault: error.message },
          'what the hub of a feed sent was not taken in',
        );
      }
      await states.wake(sourceId);
      return 'looking';
    },
  };
}

function feedOf(source: StoredSource): Feed | undefined {
  const settings = feedSettingsOf(source);
  return settings && { id: source.id, source, settings };
}

/** Looks by itself from now on. */
export function openFeedPoller(deps: {
  readonly looks: Pick<FeedLooks, 'lookAtDue'>;
  readonly logger: Logger;
}): { close(): Promise<void> } {
  return everySoOften(EVERY_MS, () => deps.looks.lookAtDue(), deps.logger, 'feeds that are due');
}

interface Feed {
  readonly id: string;
  readonly source: StoredSource;
  readonly settings: FeedSettings;
}
