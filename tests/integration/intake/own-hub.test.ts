import type { Worker } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { createSettings } from '../../../src/newsroom/settings.ts';
import { eventOf } from '../../../src/outlets/teller.ts';
import { createTelling } from '../../../src/outlets/telling.ts';
import { createPost } from '../../../src/outlets/webhooks/post.ts';
import { createAskCallback } from '../../../src/outlets/websub/callback.ts';
import { createHub } from '../../../src/outlets/websub/hub.ts';
import { openHubQueue, type HubQueue } from '../../../src/outlets/websub/queue.ts';
import { createHubStore, type HubStore } from '../../../src/outlets/websub/store.ts';
import { createVerifyRequest } from '../../../src/outlets/websub/verify.ts';
import { createFeeds } from '../../../src/pages/feeds/feeds.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import { openHubWorker } from '../../../workers/websub.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { freePorts } from '../../support/free-ports.ts';

// One newsroom reads the feed of another: both are Ajil.

let publisher: TestApi;
let reader: TestApi;
let redis: Redis;
let store: HubStore;
let queue: HubQueue;
let worker: Worker;
const ending = new AbortController();

beforeAll(async () => {
  const [port = 0, readersPort = 0] = await freePorts(2);
  const allowedOrigins = [`http://127.0.0.1:${readersPort}`];
  publisher = await startTestApi({
    port,
    hubAllowedOrigins: allowedOrigins,
    hubQueue: { verify: (request) => queue.verify(request) },
  });
  reader = await startTestApi({ port: readersPort, config: { webhookAllowedOrigins: [publisher.url] } });
  const { alerts, topics, audit, now, logger, metrics } = publisher.deps;
  const { publicUrl } = publisher.deps.config;
  redis = connectRedis(publisher.redis.url, 'worker', logger);
  store = createHubStore({ redis, now });
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
  queue = openHubQueue(redis);
  const attempts = { add: () => Promise.reject(new Error('strangers have no log')) };
  worker = openHubWorker({
    redis,
    hub,
    queue,
    store,
    verify: createVerifyRequest({ store, ask, allowedOrigins, logger, now }),
    telling: createTelling({ alerts, tellers: [hub], attempts, metrics, logger, now }),
  });
});
afterAll(async () => {
  ending.abort();
  await worker.close();
  await queue.close();
  await closeRedis(redis);
  await reader.close();
  await publisher.close();
});

test.each(['rss', 'atom', 'json'])('our own hub and our subscriber agree: %s', async (format) => {
  const id = `other-${format}`;
  await reader.call('PUT', `/v1/sources/${id}`, {
    key: reader.keys.admin,
    body: {
      type: 'feed',
      url: `${publisher.url}/feeds/world.${format}`,
      mark: null,
      topics: { default: 'world' },
    },
  });
  await reader.feedLooks.lookAtDue();
  await expect.poll(async () => (await store.all()).length, { timeout: 15_000 }).toBe(1);
  const sent = anAlert({ headline: `زلزال يضرب الساحل ${format}` });
  const { body } = await publisher.call('POST', '/v1/alerts', { key: publisher.keys.author, body: sent });
  await queue.announce(eventOf(body as EditorAlert));
  const arrived = async (): Promise<string[]> => {
    const items = await reader.call('GET', `/v1/sources/${id}/items`, { key: reader.keys.author });
    return (items.body.items as { headline: string }[]).map(({ headline }) => headline);
  };
  await expect.poll(arrived, { timeout: 15_000 }).toEqual([sent['headline']]);
  await reader.call('DELETE', `/v1/sources/${id}`, { key: reader.keys.admin });
  await expect.poll(async () => (await store.all()).length, { timeout: 15_000 }).toBe(0);
});
