import { createHmac } from 'node:crypto';
import { feedAt, type Feed } from '../../alerts/feed.ts';
import { primaryLanguage } from '../../alerts/language.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { Teller, OutletEvent, Told } from '../teller.ts';
import { reasonOf, toldBy } from '../told.ts';
import type { Post } from '../webhooks/post.ts';
import type { AskCallback } from './callback.ts';
import type { HubStore } from './store.ts';
import type { HubSubscription } from './subscription.ts';
import { deny } from './verify.ts';

/** A feed as it is sent. */
export interface FeedContent {
  readonly body: string;
  readonly etag: string;
  /** Of the media. */
  readonly type: string;
  /** The header that names the feed and its hub. */
  readonly link: string;
}

/** Subscribers of a feed share its text for so long, ms. */
const SHARED_MS = 1000;
/** Bound of the shared texts, of up to some 100 kB each. */
const MOST_SHARED = 30;

export const HUB = 'websub';

interface Written {
  /** Before it was read, ms since the epoch. */
  readonly writtenMs: number;
  readonly content: Promise<FeedContent | undefined>;
}

export interface HubDeps {
  readonly store: HubStore;
  readonly alerts: Pick<AlertStore, 'versions'>;
  /** Undefined if there is no such feed. */
  readonly readFeed: (feed: Feed) => Promise<FeedContent | undefined>;
  readonly post: Post;
  readonly ask: AskCallback;
  readonly publicUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Sends feeds to subscribers: the whole feed, as it is now. So whoever missed some changes gets them with the next, changes
 * that come together are sent once, and a retracted text is not sent any more.
 */
export function createHub(deps: HubDeps): Teller & { failing(): Promise<ReadonlySet<string>> } {
  const { store, now, publicUrl } = deps;
  const shared = new Map<string, Written>();

  /** Not older than the event, and not much older than now. */
  function writtenSince(feed: Feed, topic: string, event: OutletEvent): Written {
    const name = `${topic} ${event.id}`;
    const known = shared.get(name);
    if (known !== undefined && now() - known.writtenMs < SHARED_MS) return known;
    if (shared.size >= MOST_SHARED) shared.clear();
    const written = { writtenMs: now(), content: deps.readFeed(feed) };
    shared.set(name, written);
    written.content.catch(() => shared.delete(name));
    return written;
  }

  async function end(id: string, reason: string): Promise<Told> {
    await store.remove(id);
    return { type: 'over', reason };
  }

  async function send(id: string, subscription: HubSubscription, written: Written): Promise<Told> {
    const { writtenMs } = written;
    const content = await written.content;
    if (content === undefined) {
      await deny(deps.ask, subscription, 'the feed does not exist any more');
      return end(id, 'its feed does not exist any more');
    }
    const sent = await store.sent(id);
    if (sent !== undefined && (sent.hash === content.etag || sent.writtenMs >= writtenMs))
      return { type: 'told' };
    const told = await deps
      .post(subscription.callback, headersOf(subscription, content), content.body)
      .then((posted) => toldBy(posted, now()))
      .catch((error: unknown): Told => ({ type: 'again', reason: reasonOf(error) }));
    if (told.type === 'told') await store.noteSent(id, { writtenMs, hash: content.etag });
    else if (told.type === 'again') await store.noteFailure(id);
    else await store.remove(id);
    return told;
  }

  return {
    name: HUB,
    forStrangers: true,
    failing: () => store.failing(),
    receivers: async ({ alertId }) => {
      // An alert that has changed its topics was in feeds that it is not in any more.
      const versions = await deps.alerts.versions(alertId);
      const topics = new Set<string | null>([null, ...versions.flatMap((version) => version.topics)]);
      const languages = new Set([undefined, ...versions.map(({ lang }) => primaryLanguage(lang))]);
      return (await store.all()).flatMap(([id, { topic }]) => {
        const feed = feedAt(publicUrl, topic);
        return feed === undefined || !topics.has(feed.topic) || !languages.has(feed.lang) ? [] : [id];
      });
    },
    tell: async (id, event) => {
      const subscription = await store.get(id);
      if (subscription === undefined) return end(id, 'its lease has ended');
      const feed = feedAt(publicUrl, subscription.topic);
      if (feed === undefined) return end(id, 'its feed has another address now');
      return send(id, subscription, writtenSince(feed, subscription.topic, event));
    },
  };
}

/** WebSub, section 7. */
function headersOf({ secret }: HubSubscription, { body, type, link }: FeedContent): Record<string, string> {
  const signature = secret === null ? undefined : createHmac('sha256', secret).update(body).digest('hex');
  return {
    'Content-Type': type,
    'User-Agent': 'Ajil-WebSub/1.0',
    Link: link,
    ...(signature === undefined ? {} : { 'X-Hub-Signature': `sha256=${signature}` }),
  };
}
