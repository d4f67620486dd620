import type { Router } from 'express';
import { serveFeedHubs } from '../api/feed-hubs.ts';
import { serveIntake } from '../api/intake.ts';
import { serveOutlets } from '../api/outlets.ts';
import { serveSourceItems } from '../api/source-items.ts';
import { serveSources } from '../api/sources.ts';
import { serveWebhooks } from '../api/webhooks.ts';
import { serveWebsub } from '../api/websub.ts';
import { createAuditedHash } from '../editors/audited-hash.ts';
import { createFeedStates } from '../intake/feeds/feed-state.ts';
import { createFetchFeed } from '../intake/feeds/fetch-feed.ts';
import { createFeedLooks, type FeedLooks } from '../intake/feeds/poller.ts';
import { createTakeFeed } from '../intake/feeds/take-feed.ts';
import { createLeaseStore } from '../intake/feeds/websub/lease-store.ts';
import { createSubscriber } from '../intake/feeds/websub/subscriber.ts';
import { tellSilence } from '../intake/silence.ts';
import { createAttemptLog } from '../outlets/attempts.ts';
import { MOST_OUTLETS, outletSchema } from '../outlets/posts/outlet.ts';
import { createPausedOutlets, tellPaused } from '../outlets/posts/paused.ts';
import { createTestOutlet } from '../outlets/posts/posts.ts';
import { createServices } from '../outlets/posts/services.ts';
import { createEndedWebhooks } from '../outlets/webhooks/ended.ts';
import { createPost } from '../outlets/webhooks/post.ts';
import { webhookSchema } from '../outlets/webhooks/schema.ts';
import { createTestWebhook, MOST_WEBHOOKS } from '../outlets/webhooks/webhooks.ts';
import { keys } from '../redis/keys.ts';
import type { Parts } from './parts.ts';

/** Resources of other systems: what they send in (sources), and who is told of alerts (webhooks, outlets, the hub). */
export function serveSystems(router: Router, deps: Parts): { readonly feedLooks: FeedLooks } {
  const { config } = deps;
  const feeds = createFeedStates(deps);
  const atNewsroomsWish = { allowedOrigins: config.webhookAllowedOrigins, closing: deps.closing };
  const post = createPost(config.webhookAllowedOrigins, deps.closing);
  const subscriber = createSubscriber({
    ...deps,
    ...atNewsroomsWish,
    publicUrl: config.publicUrl,
    store: createLeaseStore(deps),
    post,
  });
  const feedLooks = createFeedLooks({
    ...deps,
    subscriber,
    fetchFeed: createFetchFeed(atNewsroomsWish),
    takeFeed: createTakeFeed(deps),
  });
  serveFeedHubs(router, { ...deps, subscriber, feedLooks });
  serveSources(router, { ...deps, feeds, subscriber });
  serveSourceItems(router, deps);
  tellSilence(deps.metrics, deps);
  serveIntake(router, deps);
  serveWebhooks(router, {
    ...deps,
    webhooks: createAuditedHash({
      ...deps,
      key: keys.webhooks,
      schema: webhookSchema,
      most: MOST_WEBHOOKS,
    }),
    ended: createEndedWebhooks(deps.redis),
    attempts: createAttemptLog(deps.redis),
    test: createTestWebhook({
      post,
      allowedOrigins: config.webhookAllowedOrigins,
      now: deps.now,
    }),
  });
  const outlets = createAuditedHash({
    ...deps,
    key: keys.outlets,
    schema: outletSchema,
    most: MOST_OUTLETS,
  });
  const paused = createPausedOutlets(deps.redis);
  tellPaused(deps.metrics, { outlets, paused });
  serveOutlets(router, {
    ...deps,
    outlets,
    paused,
    attempts: createAttemptLog(deps.redis),
    test: createTestOutlet({
      serviceOf: createServices({ allowedOrigins: config.webhookAllowedOrigins, now: deps.now }),
    }),
  });
  serveWebsub(router, {
    ...deps,
    hubAllowedOrigins: deps.hubAllowedOrigins ?? [],
    hasFeed: async ({ topic }) => topic === null || (await deps.topics.list()).some(({ id }) => id === topic),
  });
  return { feedLooks };
}
