import { createSettings } from '../../src/newsroom/settings.ts';
import { createTelling } from '../../src/outlets/telling.ts';
import { createPost } from '../../src/outlets/webhooks/post.ts';
import { createAskCallback } from '../../src/outlets/websub/callback.ts';
import { createHub } from '../../src/outlets/websub/hub.ts';
import { openHubQueue, type HubQueue } from '../../src/outlets/websub/queue.ts';
import { createHubStore, type HubStore } from '../../src/outlets/websub/store.ts';
import { createVerifyRequest } from '../../src/outlets/websub/verify.ts';
import { createFeeds } from '../../src/pages/feeds/feeds.ts';
import { closeRedis, connectRedis, type Redis } from '../../src/redis/connect.ts';
import { openHubWorker } from '../../workers/websub.ts';
import type { TestApi } from './api.ts';

export interface TestHub {
  readonly redis: Redis;
  readonly store: HubStore;
  readonly queue: HubQueue;
  close(): Promise<void>;
}

/**
 * The hub's half of a workers process, beside an API of a test.
 * @param options.allowedOrigins callbacks that may be private
 * @param options.publicUrl as the feeds name it
 */
export function openTestHub(
  api: TestApi,
  { allowedOrigins, publicUrl }: { allowedOrigins: readonly string[]; publicUrl: string },
): TestHub {
  const { alerts, topics, audit, now, logger, metrics } = api.deps;
  const ending = new AbortController();
  const redis = connectRedis(api.redis.url, 'worker', logger);
  const store = createHubStore({ redis, now });
  const ask = createAskCallback(allowedOrigins, ending.signal);
  const settings = createSettings({ redis, audit, requireApproval: false });
  const hub = createHub({
    store,
    alerts,
    readFeed: createFeeds({ alerts, topics, settings, publicUrl, now }),
    post: createPost(allowedOrigins, ending.signal),
    ask,
    publicUrl,
    now,
  });
  const queue = openHubQueue(redis);
  const attempts = { add: () => Promise.reject(new Error('strangers have no log')) };
  const worker = openHubWorker({
    redis,
    hub,
    queue,
    store,
    verify: createVerifyRequest({ store, ask, allowedOrigins, logger, now }),
    telling: createTelling({ alerts, tellers: [hub], attempts, metrics, logger, now }),
  });
  return {
    redis,
    store,
    queue,
    close: async () => {
      ending.abort();
      await worker.close();
      await queue.close();
      await closeRedis(redis);
    },
  };
}
