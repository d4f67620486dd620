import { randomUUID } from 'node:crypto';
import type { ReadableHash } from '../../editors/audited-hash.ts';
import { Problem } from '../../http/problem.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Redis } from '../../redis/connect.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import type { Arrivals } from '../arrivals.ts';
import { everySoOften } from '../every-so-often.ts';
import type { Item } from '../item.ts';
import { END_TURN } from '../scripts/end-turn.ts';
import { feedSettingsOf, type StoredSource } from '../source.ts';
import { isFinal, type Taking } from '../taking.ts';
import type { FeedSettings } from './feed-settings.ts';
import { createFeedStates, type FeedState } from './feed-state.ts';
import { FeedFault, type FeedAnswer, type FetchFeed } from './fetch-feed.ts';
import { nextAfter, nextAfterFailure, whatIsNew } from './look.ts';
import { readFeed } from './read-feed.ts';

/** Whether a feed is due is looked at so often, ms. */
const EVERY_MS = 1000;
/** Longer than a look takes: who dies in it leaves the feed to the others then. */
const TURN_MS = 60_000;
/** Feeds that one process looks at in one turn; what is left comes in the next. */
const AT_ONCE = 8;

interface PollerDeps {
  readonly redis: Redis;
  readonly sources: Pick<ReadableHash<StoredSource>, 'all'>;
  readonly taking: Taking;
  readonly arrivals: Pick<Arrivals, 'hear'>;
  readonly fetchFeed: FetchFeed;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Looks at the feeds that are due. Every server process does: of those that find the same feed, one looks at it. */
export function createFeedLooks(deps: PollerDeps): { lookAtDue(): Promise<void> } {
  const { redis, logger, now } = deps;
  const states = createFeedStates(deps);

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
    const { status, movedTo } = answer;
    const moved = movedTo === undefined ? state : { ...state, movedTo };
    const nextAt = nextAfter(answer, settings, now());
    if (status === 410) return { ...moved, isGone: true, fault: 'its server says that it is gone (410)' };
    if (status === 304) return { ...moved, nextAt, failures: 0, fault: null, answeredAt: now() };
    if (status !== 200 || answer.body === undefined) {
      const next = failed(moved, settings, `it answered ${status}`);
      return { ...next, nextAt: Math.max(next.nextAt, nextAt) };
    }
    return taken(source, settings, moved, { ...answer, body: answer.body }, nextAt);
  }

  async function taken(
    source: StoredSource,
    settings: FeedSettings,
    state: FeedState,
    answer: FeedAnswer & { body: Buffer },
    nextAt: number,
  ): Promise<FeedState> {
    const read = readFeed(answer.body);
    if ('fault' in read) return failed(state, settings, read.fault);
    const { seen, read: fresh } = whatIsNew(read.items, state.seen, settings, now());
    if (state.seen !== null && isHeard(state.seen, seen)) await deps.arrivals.hear(source.id);
    await takeEach(source, 'items' in fresh ? fresh.items : []);
    const { etag, lastModified } = answer;
    return { ...state, etag, lastModified, nextAt, failures: 0, fault: null, answeredAt: now(), seen };
  }

  /** What may pass later keeps the feed from being remembered as seen: the next look finds the items again. */
  async function takeEach(source: StoredSource, items: readonly Item[]): Promise<void> {
    for (const item of items) {
      try {
        await deps.taking.take(source, { items: [item] });
      } catch (error) {
        if (!(error instanceof Problem) || !isFinal(error)) {
          throw error instanceof Problem ? new FeedFault(`an item waits: ${error.message}`) : error;
        }
      }
    }
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

  async function lookAlone(feed: Feed): Promise<void> {
    const token = randomUUID();
    const turn = keys.feedTurn(feed.id);
    if ((await redis.set(turn, token, 'PX', TURN_MS, 'NX')) === null) return;
    try {
      await look(feed);
    } finally {
      await runScript(redis, END_TURN, [turn], [token]);
    }
  }

  return {
    lookAtDue: async () => {
      const feeds = (await deps.sources.all()).flatMap(([id, source]) => {
        const settings = feedSettingsOf(source);
        return settings === undefined ? [] : [{ id, source, settings }];
      });
      const due = await Promise.all(feeds.map(isDue));
      const chosen = feeds.filter((_, index) => due[index]).slice(0, AT_ONCE);
      await Promise.all(
        chosen.map((feed) =>
          lookAlone(feed).catch((error: unknown) => {
            if (isRedisAway(error)) throw error;
            logger.error(
              { err: error, source: feed.id },
              'could not look at the feed of a source; trying again',
            );
          }),
        ),
      );
    },
  };
}

/** Looks by itself from now on. */
export function openFeedPoller(deps: PollerDeps): { close(): Promise<void> } {
  const looks = createFeedLooks(deps);
  return everySoOften(EVERY_MS, () => looks.lookAtDue(), deps.logger, 'feeds that are due');
}

/** Whether the feed says anything that it did not say before, with or without the mark. */
const isHeard = (before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): boolean =>
  Object.entries(now).some(([id, digest]) => before[id] !== digest);

interface Feed {
  readonly id: string;
  readonly source: StoredSource;
  readonly settings: FeedSettings;
}
