import type { Alert } from '../../alerts/schema.ts';
import type { ServerClock } from '../common/server-clock.ts';
import { openLiveClient, type LiveClient } from '../live/main.ts';
import type { BarFeed } from './bar-feed.ts';
import type { News } from './news.ts';
import type { Unread } from './unread/unread.ts';

interface LiveNewsDeps {
  readonly clock: ServerClock;
  readonly news: News;
  readonly barFeed: BarFeed;
  readonly unread: Unread;
  readonly onState: (connected: boolean) => void;
  /** The live line knows the server's time better than the page, which was loaded once. */
  readonly onTime: (nowMs: number) => void;
}

/** Gives what comes on the live line to the list, the bar and the unread marks. */
export function openLiveNews({ clock, news, barFeed, unread, onState, onTime }: LiveNewsDeps): LiveClient {
  let live: LiveClient | undefined;
  function look(): number {
    if (live !== undefined) clock.set(live.now());
    onTime(clock.now());
    return clock.now();
  }
  live = openLiveClient({
    query: {},
    onState,
    onAlert: (alert: Alert) => {
      const nowMs = look();
      unread.take(alert);
      news.take(alert);
      barFeed.take(alert, nowMs);
    },
    onReset: (current) => {
      const nowMs = look();
      unread.reset();
      barFeed.reset(current, nowMs);
      news.reset(current);
    },
  });
  return live;
}
