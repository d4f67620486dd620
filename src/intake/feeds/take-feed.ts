import { Problem } from '../../http/problem.ts';
import type { Arrivals } from '../arrivals.ts';
import type { Item } from '../item.ts';
import type { StoredSource } from '../source.ts';
import { isFinal, type Taking } from '../taking.ts';
import type { FeedSettings } from './feed-settings.ts';
import type { FeedState } from './feed-state.ts';
import { FeedFault } from './fetch-feed.ts';
import { whatIsNew } from './look.ts';
import { readFeed } from './read-feed.ts';
import type { FeedLinks } from './websub/links.ts';

interface TakenFeed {
  readonly seen: Record<string, string>;
  /** Whether the feed says anything that it did not say before, with or without the mark. */
  readonly isHeard: boolean;
  readonly links: FeedLinks;
}

/**
 * Takes in what is new in a feed that a look or a hub has brought.
 * @throws {FeedFault} it is no feed, or an item must wait: it is then not remembered as seen, so that the next look finds it again
 */
export type TakeFeed = (feed: {
  readonly source: StoredSource;
  readonly settings: FeedSettings;
  readonly before: FeedState['seen'];
  readonly body: Buffer;
}) => Promise<TakenFeed>;

export function createTakeFeed(deps: {
  readonly taking: Taking;
  readonly arrivals: Pick<Arrivals, 'hear'>;
  readonly now: () => number;
}): TakeFeed {
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

  return async ({ source, settings, before, body }) => {
    const read = readFeed(body);
    if ('fault' in read) throw new FeedFault(read.fault);
    const { seen, read: fresh } = whatIsNew(read.items, before, settings, deps.now());
    const isHeard = before !== null && Object.entries(seen).some(([id, digest]) => before[id] !== digest);
    if (isHeard) await deps.arrivals.hear(source.id);
    await takeEach(source, 'items' in fresh ? fresh.items : []);
    return { seen, isHeard, links: read.links };
  };
}
