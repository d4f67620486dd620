import { createTopicStore } from '../src/audience/topics.ts';
import type { Config } from '../src/config.ts';
import { readSettings } from '../src/newsroom/settings.ts';
import { createPost } from '../src/outlets/webhooks/post.ts';
import { createAskCallback } from '../src/outlets/websub/callback.ts';
import { createHub, type HubDeps } from '../src/outlets/websub/hub.ts';
import { openHubQueue } from '../src/outlets/websub/queue.ts';
import { createHubStore } from '../src/outlets/websub/store.ts';
import { createVerifyRequest } from '../src/outlets/websub/verify.ts';
import type { AlertStore } from '../src/alerts/store.ts';
import type { Logger } from '../src/ops/logger.ts';
import { createFeeds } from '../src/pages/feeds/feeds.ts';
import type { Redis } from '../src/redis/connect.ts';

/** A subscriber has so long to take a feed, ms. */
const TIMEOUT_MS = 5000;
/** Callbacks that may be private: none, because strangers name them. */
const ALLOWED_ORIGINS: readonly string[] = [];

/** The parts of the WebSub hub that workers need. @param deps.closing ends calls that are under way */
export function openHub(deps: {
  readonly redis: Redis;
  readonly alerts: AlertStore;
  readonly config: Pick<Config, 'publicUrl' | 'requireApproval'>;
  readonly closing: AbortSignal;
  readonly logger: Logger;
  readonly now: HubDeps['now'];
}) {
  const { redis, closing, now } = deps;
  const { publicUrl } = deps.config;
  const store = createHubStore({ redis, now });
  const ask = createAskCallback(ALLOWED_ORIGINS, closing);
  const readFeed = createFeeds({
    alerts: deps.alerts,
    topics: createTopicStore(redis),
    settings: readSettings({ redis, requireApproval: deps.config.requireApproval }),
    publicUrl,
    now,
  });
  const post = createPost(ALLOWED_ORIGINS, closing, TIMEOUT_MS);
  return {
    store,
    queue: openHubQueue(redis),
    hub: createHub({ ...deps, store, readFeed, post, ask, publicUrl }),
    verify: createVerifyRequest({ ...deps, store, ask, allowedOrigins: ALLOWED_ORIGINS }),
  };
}
