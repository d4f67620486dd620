import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createAlertStore } from '../src/alerts/store.ts';
import { createStoryReader } from '../src/alerts/stories/store.ts';
import { createKeyings } from '../src/audience/keyings.ts';
import { createSelection } from '../src/audience/selection.ts';
import { createSubscriptionStore } from '../src/audience/subscriptions.ts';
import type { Config } from '../src/config.ts';
import { openCanaryQueue } from '../src/delivery/canary/job.ts';
import { openCanaryReceiver } from '../src/delivery/canary/receiver.ts';
import { sendCanary } from '../src/delivery/canary/send-canary.ts';
import { createLeavings } from '../src/delivery/health/leavings.ts';
import { createSummaries } from '../src/delivery/health/summaries.ts';
import { createDailyCaps } from '../src/delivery/ledger/daily-caps.ts';
import { createLedger } from '../src/delivery/ledger/ledger.ts';
import { openFanOutQueue, openPushQueue } from '../src/delivery/queues.ts';
import { openReceiptTokens } from '../src/delivery/receipts/receipt-token.ts';
import { createGoalStore } from '../src/delivery/report/goal.ts';
import { createReportStore } from '../src/delivery/report/report.ts';
import { timeDeliveries } from '../src/delivery/report/service-metrics.ts';
import { createChannels } from '../src/channels/channels.ts';
import { createWebPush } from '../src/channels/web-push/web-push.ts';
import { createPushSending } from '../src/delivery/sending/send-push.ts';
import { createRetiredCounter } from '../src/delivery/sending/standing.ts';
import { openTestDevices } from '../src/delivery/test-send/devices.ts';
import { readHash } from '../src/editors/audited-hash.ts';
import { createLiveLog } from '../src/live/log/log.ts';
import type { Logger } from '../src/ops/logger.ts';
import { openTracing } from '../src/ops/open-tracing.ts';
import { createMetrics, tellBuild } from '../src/ops/metrics.ts';
import { tellSupervisor } from '../src/ops/role-process.ts';
import { runRole } from '../src/ops/run-role.ts';
import { createShutdown, shutdownOnSignals } from '../src/ops/shutdown.ts';
import { openEncryptor } from '../src/push/encryption/encryptor.ts';
import { createEndpointPolicy } from '../src/push/endpoint/endpoint-policy.ts';
import { createRemovalBrake } from '../src/push/endpoint/removal-brake.ts';
import { createAttemptLog } from '../src/outlets/attempts.ts';
import type { OutletEvent } from '../src/outlets/teller.ts';
import { openOutletQueue } from '../src/outlets/queue.ts';
import { createTelling } from '../src/outlets/telling.ts';
import { createEndedWebhooks } from '../src/outlets/webhooks/ended.ts';
import { createPost } from '../src/outlets/webhooks/post.ts';
import { webhookSchema } from '../src/outlets/webhooks/schema.ts';
import { createWebhooks } from '../src/outlets/webhooks/webhooks.ts';
import { openSender } from '../src/push/sender.ts';
import { openTransport } from '../src/push/transport/open-transport.ts';
import { claimVapidKey, loadVapidKeys } from '../src/push/vapid/vapid-keys.ts';
import { createVapid } from '../src/push/vapid/vapid-headers.ts';
import { openClock } from '../src/redis/clock.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../src/redis/connect.ts';
import { embeddedRedisAt } from '../src/machine/embedded-redis.ts';
import { watchRedis } from '../src/redis/fitness.ts';
import { openMetricsExchange } from '../src/redis/metrics-exchange.ts';
import type { WorkerNews } from '../src/delivery/report/paced-services.ts';
import { openPresence } from '../src/redis/presence.ts';
import { serveMetrics } from '../src/ops/serve-metrics.ts';
import { VERSION } from '../src/ops/project.ts';
import { openArming } from './arming.ts';
import { openFanOutWorker } from './fan-out.ts';
import { openHub } from './hub.ts';
import { keys as redisKeys } from '../src/redis/keys.ts';
import { openHousekeeping } from './housekeeping.ts';
import { openOutletWorker } from './outlets.ts';
import { openPosts } from './posts.ts';
import { openPushWorkers } from './push.ts';
import { openTestWorker } from './test-send.ts';
import { createWorkerWatch } from './watch.ts';
import { openHubWorker } from './websub.ts';

// Role: the BullMQ workers.

/**
 * How long jobs may take to end, ms: those that are left end with the sender. On a Redis Cluster that has failed over, ioredis
 * may not say that BullMQ's connection has ended, and BullMQ then waits for ever.
 */
const JOBS_END_MS = 10_000;

async function start(config: Config, logger: Logger): Promise<void> {
  const name = randomBytes(6).toString('hex');
  const shutdown = createShutdown(logger);
  shutdownOnSignals(shutdown);
  const metrics = createMetrics('workers', name);
  tellBuild(metrics, { version: VERSION, host: hostname(), pid: process.pid });
  await serveMetrics({ config, metrics, shutdown });
  const tracing = await openTracing({ on: config.tracing, role: 'workers' });
  shutdown.add('traces', () => tracing.close());
  const url = config.redisUrl ?? embeddedRedisAt(config.dataDir).url;
  const redis = connectRedis(url, 'worker', logger);
  shutdown.add('Redis', () => closeRedis(redis));
  await waitUntilReady(redis);
  const fitness = await watchRedis({ redis, logger, durability: config.durability });
  shutdown.add('watch of Redis', () => fitness.close());
  const clock = await openClock({ redis, metrics, logger });
  shutdown.add('clock', () => clock.close());
  const { now } = clock;

  const alerts = createAlertStore({ redis, now });
  const stories = createStoryReader({ redis, now });
  const ledger = timeDeliveries(createLedger({ redis, now }), metrics);
  const pushQueue = openPushQueue({ redis, now, tracing });
  const fanOutQueue = openFanOutQueue({ redis, tracing });
  shutdown.add('queues', async () => {
    await Promise.all([pushQueue.close(), fanOutQueue.close()]);
  });
  const { publicUrl, webhookAllowedOrigins: allowedOrigins } = config;
  const ending = new AbortController();
  const tellers = [
    createWebhooks({
      webhooks: readHash({ redis, key: redisKeys.webhooks, schema: webhookSchema }),
      ended: createEndedWebhooks(redis),
      post: createPost(allowedOrigins, ending.signal),
      allowedOrigins,
      publicUrl,
      now,
    }),
    openPosts({ redis, alerts, config, logger, now }),
  ];
  const outletQueue = openOutletQueue(redis, tellers);
  shutdown.add('outlet queue', () => outletQueue.close());
  const websub = openHub({ redis, alerts, config, closing: ending.signal, logger, now });
  shutdown.add('hub queue', () => websub.queue.close());

  const keys = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
  await claimVapidKey(redis, keys);
  const receiver = await openCanaryReceiver({ vapid: keys, now }).catch((error: unknown) => {
    // Alerts do not need it.
    logger.error({ err: error }, 'the canary’s receiver could not be opened; the canary will fail');
    return undefined;
  });
  shutdown.add('canary receiver', () => receiver?.close());
  // Of this process alone: no server takes a subscription with this origin.
  const policy = createEndpointPolicy({
    extraOrigins: [...config.pushAllowedOrigins, ...(receiver === undefined ? [] : [receiver.origin])],
  });
  const brake = createRemovalBrake({ metrics, logger });
  const encryptor = openEncryptor({ logger });
  const arm = config.arming ? encryptor.arm : undefined;
  const sender = openSender({
    encryptor,
    transport: openTransport({
      logger,
      metrics,
      lookup: policy.lookup,
      caOf: (origin) => (origin === receiver?.origin ? receiver.ca : undefined),
      requestTimeoutMs: 10_000,
    }),
    vapid: createVapid({ keys, subject: config.vapid.subject }),
    policy,
    metrics,
    logger,
    brake,
  });
  const channels = createChannels([
    createWebPush({ sender, policy, brake, arm, vapidKeyId: keys.keyId, publicUrl, isDrill: config.isDrill }),
  ]);
  const keyings = createKeyings({ redis });
  const { addresses } = channels;
  const selection = createSelection({ redis, addresses, now });
  const goal = createGoalStore({ redis, alerts, reports: createReportStore(redis), now });
  const summaries = createSummaries({ redis, alerts, reports: createReportStore(redis), now });
  const shared = {
    redis,
    logger,
    tracing,
    now,
    alerts,
    stories,
    summaries,
    goal,
    selection,
    ledger,
    pushQueue,
    fanOutQueue,
  };
  const sending = createPushSending({
    ...shared,
    keyings: arm === undefined ? undefined : keyings,
    caps: createDailyCaps({ redis }),
    leavings: createLeavings({ redis, alerts, now }),
    subscriptions: createSubscriptionStore({ redis, addresses, now }),
    channels,
    onRetired: createRetiredCounter(metrics),
    tokens: openReceiptTokens(keys.privateKey),
  });
  // What the sender answers while it closes still goes into the ledger.
  shutdown.add('deliveries', () => sending.idle());
  shutdown.add('sender', () => sender.close());

  const arming = openArming({
    ...shared,
    name,
    keyings,
    channels,
    metrics,
    enabled: config.arming,
    canArm: arm !== undefined,
    outbox: alerts.outbox,
    isBusy: () => sending.isBusy(),
  });
  shutdown.add('arming', () => arming.close());

  const watch = createWorkerWatch({ metrics, logger });
  const housekeeping = openHousekeeping({ ...shared, name });
  shutdown.add('housekeeping', () => housekeeping.close());
  const canary = { redis, channels, receiver, now };
  const push = openPushWorkers({
    redis,
    watch,
    tracing,
    sending,
    sendCanary: (job) => sendCanary(canary, job),
  });
  const devices = openTestDevices({ redis, addresses, now });
  const testWorker = openTestWorker({ ...shared, watch, channels, devices });
  const telling = createTelling({
    ...shared,
    tellers: [...tellers, websub.hub],
    attempts: createAttemptLog(redis),
    metrics,
  });
  const outletWorker = openOutletWorker({ redis, telling });
  const hubWorker = openHubWorker({ redis, ...websub, telling });
  const live = createLiveLog(redis);
  const canaryQueue = openCanaryQueue(redis);
  shutdown.add('canary queue', () => canaryQueue.close());
  const announce = async (event: OutletEvent): Promise<void> => {
    await Promise.all([outletQueue.announce(event), websub.queue.announce(event)]);
  };
  const fanOut = openFanOutWorker({ ...shared, watch, channels, live, outlets: { announce }, canaryQueue });
  const workers = [fanOut, push, testWorker, outletWorker, hubWorker];
  shutdown.add(
    'workers',
    async () => {
      // A receiver that hangs is told by another process, or after the restart.
      ending.abort();
      await Promise.all(workers.map((worker) => worker.close()));
    },
    JOBS_END_MS,
  );
  const presence = await openPresence({
    redis,
    role: 'workers',
    name,
    logger,
    news: (): WorkerNews => ({ canary: true, paced: sender.paced() }),
  });
  shutdown.add('presence', () => presence.close());
  const subscriber = connectRedis(url, 'worker', logger);
  const exchange = await openMetricsExchange({ redis, subscriber, name, metrics, logger });
  shutdown.add('metrics', () => exchange.close());
  logger.info('working');
  tellSupervisor({ type: 'ready' });
}

runRole('workers', start);
