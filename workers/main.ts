import { randomUUID } from 'node:crypto';
import { createAlertStore } from '../src/alerts/store.ts';
import { createSelection } from '../src/audience/selection.ts';
import { createSubscriptionStore } from '../src/audience/subscriptions.ts';
import type { Config } from '../src/config.ts';
import { createLedger } from '../src/delivery/ledger.ts';
import { openFanOutQueue, openPushQueue } from '../src/delivery/queues.ts';
import { openReceiptTokens } from '../src/delivery/receipt-token.ts';
import { createPushSending } from '../src/delivery/send-push.ts';
import { createRetiredCounter } from '../src/delivery/standing.ts';
import { createLiveLog } from '../src/live/log.ts';
import type { Logger } from '../src/ops/logger.ts';
import { createMetrics } from '../src/ops/metrics.ts';
import { tellSupervisor } from '../src/ops/role-process.ts';
import { runRole } from '../src/ops/run-role.ts';
import { createShutdown, shutdownOnSignals } from '../src/ops/shutdown.ts';
import { createEndpointPolicy } from '../src/push/endpoint-policy.ts';
import { createRemovalBrake } from '../src/push/removal-brake.ts';
import { openSender } from '../src/push/sender.ts';
import { openTransport } from '../src/push/transport/open-transport.ts';
import { loadVapidKeys } from '../src/push/vapid-keys.ts';
import { createVapid } from '../src/push/vapid.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../src/redis/connect.ts';
import { embeddedRedisPlace } from '../src/redis/embedded.ts';
import { openPresence } from '../src/redis/presence.ts';
import { openFanOutWorker } from './fan-out.ts';
import { openHousekeeping } from './housekeeping.ts';
import { openPushWorkers } from './push.ts';
import { createWorkerWatch } from './watch.ts';

// Role: the BullMQ workers.

async function start(config: Config, logger: Logger): Promise<void> {
  const now = Date.now;
  const shutdown = createShutdown(logger);
  shutdownOnSignals(shutdown);
  const metrics = createMetrics('workers');
  const url = config.redisUrl ?? embeddedRedisPlace(config.dataDir).url;
  const redis = connectRedis(url, 'worker', logger);
  shutdown.add('Redis', () => closeRedis(redis));
  await waitUntilReady(redis);

  const alerts = createAlertStore({ redis, now });
  const selection = createSelection(redis);
  const ledger = createLedger({ redis, now });
  const pushQueue = openPushQueue({ redis, now });
  const fanOutQueue = openFanOutQueue(redis);
  shutdown.add('queues', async () => {
    await Promise.all([pushQueue.close(), fanOutQueue.close()]);
  });
  const shared = { redis, logger, now, alerts, selection, ledger, pushQueue, fanOutQueue };

  const keys = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
  const policy = createEndpointPolicy({ extraOrigins: config.pushAllowedOrigins });
  const brake = createRemovalBrake({ metrics, logger });
  const sender = openSender({
    transport: openTransport({ logger, metrics, lookup: policy.lookup, requestTimeoutMs: 10_000 }),
    vapid: createVapid({ keys, subject: config.vapid.subject }),
    policy,
    metrics,
    logger,
    brake,
  });
  const sending = createPushSending({
    ...shared,
    subscriptions: createSubscriptionStore({ redis, vapidKeyId: keys.keyId, now }),
    sender,
    policy,
    brake,
    onRetired: createRetiredCounter(metrics),
    tokens: await openReceiptTokens(redis),
    vapidKeyId: keys.keyId,
    publicUrl: config.publicUrl,
  });
  // What the sender answers while it closes still goes into the ledger.
  shutdown.add('deliveries', () => sending.idle());
  shutdown.add('sender', () => sender.close());

  const watch = createWorkerWatch({ metrics, logger });
  const housekeeping = await openHousekeeping({ ...shared, watch });
  shutdown.add('housekeeping', () => housekeeping.close());
  const push = openPushWorkers({ redis, watch, sending });
  shutdown.add('push workers', () => push.close());
  const fanOut = openFanOutWorker({ ...shared, watch, sender, live: createLiveLog(redis) });
  shutdown.add('fan-out worker', () => fanOut.close());
  const presence = await openPresence({ redis, role: 'workers', name: randomUUID(), metrics, logger });
  shutdown.add('presence', () => presence.close());
  logger.info('working');
  tellSupervisor({ type: 'ready' });
}

runRole('workers', start);
