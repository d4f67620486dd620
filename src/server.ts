import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pushMessageBytes } from './alerts/notification.ts';
import { createAlertStore } from './alerts/store.ts';
import { createApp } from './api/app.ts';
import { problemDetails } from './api/problem.ts';
import { createSubscriptionStore } from './audience/subscriptions.ts';
import { createTopicStore, watchTopics } from './audience/topics.ts';
import type { Config } from './config.ts';
import { openFanOutQueue } from './delivery/queues.ts';
import { openReceiptTokens } from './delivery/receipt-token.ts';
import { createReceiptStore } from './delivery/receipts.ts';
import { createReportStore } from './delivery/report.ts';
import { prepareAdmin } from './editors/admin-at-start.ts';
import { loadAuditKey } from './editors/audit-key.ts';
import { tellAuditHead } from './editors/audit-head.ts';
import { createAuditLog } from './editors/audit.ts';
import { createSessionStore } from './editors/sessions.ts';
import { createEditorStore } from './editors/store.ts';
import { countReached, largest, type GroupSize } from './live/group-sizes.ts';
import { openGateway } from './live/gateway.ts';
import { DEFAULT_LIMITS } from './live/limits.ts';
import { createLiveLog } from './live/log.ts';
import { clientAddress, compileTrust } from './ops/address.ts';
import { runClustered } from './ops/cluster.ts';
import { createHttpServer } from './ops/http-server.ts';
import type { Logger } from './ops/logger.ts';
import { createMetrics } from './ops/metrics.ts';
import { tellSupervisor } from './ops/role-process.ts';
import { runRole } from './ops/run-role.ts';
import { createShutdown, shutdownOnSignals } from './ops/shutdown.ts';
import { createEndpointPolicy } from './push/endpoint-policy.ts';
import { isP256Point } from './push/p256.ts';
import { loadVapidKeys } from './push/vapid-keys.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from './redis/connect.ts';
import { keys } from './redis/keys.ts';
import { allMetrics, countPresent, newsOfOthers, openPresence } from './redis/presence.ts';
import { embeddedRedisPlace } from './redis/embedded.ts';

// Role: API, gateway and pages.

/** Connections beside the live ones: API requests, pages, handshakes under way. */
const OTHER_CONNECTIONS = 800;
/** Of one address, beside the live ones: a quarter of them, so that no address alone takes the room of the others. */
const OTHER_PER_ADDRESS = OTHER_CONNECTIONS / 4;
/** Redis is asked whether it is there; one that hangs is not. Milliseconds. */
const ANSWER_MS = 2000;

const WEB_DIR = fileURLToPath(new URL('../web', import.meta.url));

async function start(config: Config, logger: Logger): Promise<void> {
  const now = Date.now;
  const name = randomUUID();
  const shutdown = createShutdown(logger);
  shutdownOnSignals(shutdown);
  const metrics = createMetrics('server');
  const url = config.redisUrl ?? embeddedRedisPlace(config.dataDir).url;
  const redis = connectRedis(url, 'command', logger);
  shutdown.add('Redis', () => closeRedis(redis));
  await waitUntilReady(redis);

  const audit = createAuditLog({
    redis,
    now,
    key: await loadAuditKey({
      dataDir: config.dataDir,
      vapidPrivateKey: config.vapid.privateKey,
      mayCreate: true,
    }),
  });
  const editors = createEditorStore({ redis, now, audit });
  await prepareAdmin({
    editors,
    adminKey: config.adminKey,
    logger,
    onNewKey: (key) => tellSupervisor({ type: 'admin-key', key }),
  });
  const vapid = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
  shutdown.add('audit head', tellAuditHead({ audit, logger }));
  const reports = createReportStore(redis);
  const fanOutQueue = openFanOutQueue(redis);
  shutdown.add('fan-out queue', () => fanOutQueue.close());

  const origin = new URL(config.publicUrl).origin;
  const trust = compileTrust(config.trustProxy);
  const limits = {
    ...DEFAULT_LIMITS,
    connections: config.liveConnections ?? DEFAULT_LIMITS.connections,
    perAddress: config.liveConnectionsPerAddress,
  };
  const topics = createTopicStore(redis);
  const knownTopics = watchTopics(topics);
  shutdown.add('topics', () => knownTopics.close());
  const gateway = await openGateway({
    follower: connectRedis(url, 'follower', logger),
    logger,
    metrics,
    allowedOrigins: [origin, ...config.allowedOrigins],
    addressOf: (request) => clientAddress(request, trust),
    describeRefusal: (refusal, id) => problemDetails(config.publicUrl, refusal, id),
    drainSeconds: config.drainSeconds,
    topics: () => knownTopics.current(),
    onBroadcast: (alert, connections) => {
      reports.addConnections(alert.id, alert.version, connections).catch((error: unknown) => {
        logger.warn({ err: error, alertId: alert.id }, 'connections not reported');
      });
    },
    now,
    limits,
  });
  const news = (): GroupSize[] => largest(gateway.groupSizes());
  const presence = await openPresence({ redis, role: 'server', name, metrics, logger, news });
  shutdown.add('presence', () => presence.close());
  const api = createApp({
    config,
    redis,
    logger,
    metrics,
    now,
    editors,
    sessions: createSessionStore({ redis, now, editors, audit }),
    audit,
    alerts: createAlertStore({ redis, now }),
    topics,
    subscriptions: createSubscriptionStore({ redis, vapidKeyId: vapid.keyId, now }),
    reports,
    receipts: createReceiptStore({ redis, tokens: await openReceiptTokens(redis) }),
    liveLog: createLiveLog(redis),
    fanOutQueue,
    live: {
      handleSse: (request, response) => gateway.handleSse(request, response),
      connections: async (alert) => {
        const others = (await newsOfOthers(redis, 'server', `server:${name}`)) as GroupSize[][];
        return countReached([gateway.groupSizes(), ...others].flat(), alert);
      },
    },
    endpointPolicy: createEndpointPolicy({ extraOrigins: config.pushAllowedOrigins }),
    isP256Point,
    pushMessageBytes: (alert) => pushMessageBytes(alert, config.publicUrl),
    vapidPublicKey: vapid.publicKey,
    readiness: () => readiness(redis, gateway),
    allMetrics: () => allMetrics(redis, metrics, `server:${name}`),
    webDir: WEB_DIR,
  });
  const http = createHttpServer({
    handler: api.app,
    onUpgrade: (request, socket, head) => gateway.handleUpgrade(request, socket, head),
    maxConnections: limits.connections + OTHER_CONNECTIONS,
    maxPerAddress: limits.perAddress + OTHER_PER_ADDRESS,
    isProxy: (address) => trust(address, 0),
    describeFault: (code, id) =>
      problemDetails(config.publicUrl, { code, detail: 'It was not understood, and not served.' }, id),
    metrics,
  });
  // In reverse: nobody new is taken, the readers are sent elsewhere over DRAIN_SECONDS, then requests come to their end.
  shutdown.add('requests', () => {
    api.close();
    return http.close();
  });
  shutdown.add('gateway', () => gateway.close());
  shutdown.add('port', () => http.stopListening());
  const port = await http.listen(config.port);
  logger.info({ port }, 'taking requests');
  tellSupervisor({ type: 'ready', port });
}

/** Alerts can be taken when Redis writes, a worker lives and the gateway follows the live log. */
async function readiness(
  redis: Redis,
  gateway: { ready(): boolean },
): Promise<{ ready: boolean; checks: Record<string, string> }> {
  const written = await inTime(redis.set(keys.readiness, '1', 'PX', 1000));
  const workers = written === 'OK' ? ((await inTime(countPresent(redis, 'workers'))) ?? 0) : 0;
  const checks = {
    redis: written === 'OK' ? 'writable' : 'away: check that it runs and has room on its disk',
    workers: workers > 0 ? `${workers} seen` : 'none seen: start the workers role',
    live: gateway.ready() ? 'following' : 'catching up',
  };
  return { ready: written === 'OK' && workers > 0 && gateway.ready(), checks };
}

/** What a promise gives in time; undefined when it fails, or takes longer than {@link ANSWER_MS}. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_MS);
  });
  return Promise.race([promise.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

runRole('server', (config, logger) =>
  runClustered({ count: config.serverProcesses, logger, startWorker: () => start(config, logger) }),
);
