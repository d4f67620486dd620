import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngagement } from './audience/engagement.ts';
import { pushMessageBytes } from './alerts/notification.ts';
import { fillWaiting } from './alerts/fill-waiting.ts';
import { createAlertStore } from './alerts/store.ts';
import { createApp } from './app.ts';
import { problemDetails } from './http/problem.ts';
import { createKeyings } from './audience/keyings.ts';
import { createSubscriptionStore } from './audience/subscriptions.ts';
import { createTopicStore, watchTopics } from './audience/topics.ts';
import { openAddresses } from './channels/addresses.ts';
import { metricsPortOf, type Config } from './config.ts';
import { createServerCanary } from './delivery/canary/server-canary.ts';
import { openFanOutQueue } from './delivery/queues.ts';
import { openOutletQueue } from './outlets/queue.ts';
import { openFeedPoller } from './intake/feeds/poller.ts';
import { openPageLooks } from './intake/pages/look-at-pages.ts';
import { openHubQueue } from './outlets/websub/queue.ts';
import { openPhrasesFile } from './newsroom/checks/phrases-file.ts';
import { openSchedule } from './newsroom/schedule.ts';
import { tellService } from './delivery/report/service-metrics.ts';
import { tellGoal } from './delivery/report/goal-metrics.ts';
import { createGoalStore } from './delivery/report/goal.ts';
import { openReceiptTokens } from './delivery/receipts/receipt-token.ts';
import { createReceiptStore } from './delivery/receipts/receipts.ts';
import { createReportStore } from './delivery/report/report.ts';
import { openTestQueue } from './delivery/test-send/queue.ts';
import { prepareAdmin } from './editors/admin-at-start.ts';
import { loadAuditKey } from './editors/audit-key.ts';
import { tellAuditHead } from './editors/audit-head.ts';
import { createAuditLog } from './editors/audit.ts';
import { createSessionStore } from './editors/sessions.ts';
import { createEditorStore } from './editors/store.ts';
import { countReached, largest, type GroupSize } from './live/connections/group-sizes.ts';
import { openCanaryProofs } from './live/canary.ts';
import { openGateway } from './live/gateway.ts';
import { DEFAULT_LIVE_LIMITS } from './live/door/limits.ts';
import { createLiveLog } from './live/log/log.ts';
import { clientAddress, compileTrust } from './http/client-address.ts';
import { runClustered } from './ops/cluster.ts';
import { noticeForgottenProxy } from './http/forgotten-proxy.ts';
import { createHttpServer } from './http/http-server.ts';
import type { Logger } from './ops/logger.ts';
import { createMetrics, tellBuild } from './ops/metrics.ts';
import { serveMetrics } from './ops/serve-metrics.ts';
import { PROJECT, VERSION } from './ops/project.ts';
import { tellSupervisor } from './ops/role-process.ts';
import { openTracing } from './ops/open-tracing.ts';
import { runRole } from './ops/run-role.ts';
import { createShutdown, shutdownOnSignals } from './ops/shutdown.ts';
import { socketForOne, socketOfSystemd } from './ops/systemd.ts';
import { claimVapidKey, loadVapidKeys } from './push/vapid/vapid-keys.ts';
import { createReadiness, tellReadiness } from './redis/readiness.ts';
import { openClock } from './redis/clock.ts';
import { closeRedis, connectRedis, waitUntilReady } from './redis/connect.ts';
import { openDurability } from './redis/open-durability.ts';
import { watchRedis } from './redis/fitness.ts';
import { openMetricsExchange } from './redis/metrics-exchange.ts';
import { newsOfOthers, openPresence, presentNames } from './redis/presence.ts';
import { embeddedRedisAt } from './machine/embedded-redis.ts';

// Role: API, gateway and pages.

/** Connections beside the live ones: API requests, pages, handshakes under way. */
const OTHER_CONNECTIONS = 800;
/** Of one address, beside the live ones: a quarter of them, so that no address alone takes the room of the others. */
const OTHER_PER_ADDRESS = OTHER_CONNECTIONS / 4;

/** How long a server says that it stops, before it does: a proxy that asks each second has asked twice. */
const NOTICE_MS = 2500;
/** How long the connections that proxies keep may wait for their last request. */
const KEPT_MS = 2000;

const WEB_DIR = join(PROJECT, 'dist/web');

async function start(config: Config, logger: Logger, group: string): Promise<void> {
  const name = `${group}-${randomBytes(4).toString('hex')}`;
  const shutdown = createShutdown(logger);
  shutdownOnSignals(shutdown);
  const metrics = createMetrics('server', name);
  tellBuild(metrics, { version: VERSION, host: hostname(), pid: process.pid });
  await serveMetrics({ config, metrics, shutdown });
  const tracing = await openTracing({ on: config.tracing, role: 'server' });
  shutdown.add('traces', () => tracing.close());
  const url = config.redisUrl ?? embeddedRedisAt(config.dataDir).url;
  const redis = connectRedis(url, 'command', logger);
  shutdown.add('Redis', () => closeRedis(redis));
  await waitUntilReady(redis);
  const watch = await watchRedis({ redis, logger, durability: config.durability });
  shutdown.add('watch of Redis', () => watch.close());
  const clock = await openClock({ redis, metrics, logger });
  shutdown.add('clock', () => clock.close());
  const { now } = clock;

  const auditDeps = {
    redis,
    now,
    key: await loadAuditKey({
      dataDir: config.dataDir,
      vapidPrivateKey: config.vapid.privateKey,
      mayCreate: true,
    }),
  };
  const durability = openDurability({ config, url, metrics, logger, shutdown });
  const audit = createAuditLog({ ...auditDeps, durability });
  const editors = createEditorStore({ redis, now, audit });
  await prepareAdmin({
    // A new key is shown once, whether a replica is there or not.
    editors: createEditorStore({ redis, now, audit: createAuditLog(auditDeps) }),
    adminKey: config.adminKey,
    logger,
    onNewKey: (key) => tellSupervisor({ type: 'admin-key', key }),
  });
  const vapid = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
  await claimVapidKey(redis, vapid);
  const proofs = openCanaryProofs(vapid.privateKey);
  shutdown.add('audit head', tellAuditHead({ audit, logger }));
  const reports = createReportStore(redis);
  const fanOutQueue = openFanOutQueue({ redis, tracing });
  shutdown.add('fan-out queue', () => fanOutQueue.close());
  const outletQueue = openOutletQueue(redis, []);
  shutdown.add('outlet queue', () => outletQueue.close());
  const hubQueue = openHubQueue(redis);
  shutdown.add('hub queue', () => hubQueue.close());
  const testQueue = openTestQueue(redis);
  shutdown.add('test queue', () => testQueue.close());

  const origin = new URL(config.publicUrl).origin;
  const trust = compileTrust(config.trustProxy);
  const limits = {
    ...DEFAULT_LIVE_LIMITS,
    connections: config.liveConnections ?? DEFAULT_LIVE_LIMITS.connections,
    perAddress: config.liveConnectionsPerAddress,
  };
  /** Servers that do not stop together with this one, as counted when it begins to stop. */
  let others = 0;
  let stopping = false;
  let untilUnused: Promise<void> | undefined;
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
    // Read when it closes: readers that no other server can take are better off with this one's successor at once.
    get drainSeconds() {
      return others > 0 ? config.drainSeconds : 0;
    },
    topics: () => knownTopics.current(),
    onBroadcast: (alert, connections) => {
      reports.addConnections(alert.id, alert.version, connections).catch((error: unknown) => {
        logger.warn({ err: error, alertId: alert.id }, 'could not report the number of live connections');
      });
    },
    canary: proofs,
    grip: config.grip && { ...config.grip, redis },
    now,
    limits,
  });
  const news = (): GroupSize[] => largest(gateway.groupSizes());
  const presence = await openPresence({ redis, role: 'server', name, logger, news });
  shutdown.add('presence', () => presence.close());
  const exchange = await openMetricsExchange({
    redis,
    subscriber: connectRedis(url, 'worker', logger),
    name,
    metrics,
    logger,
  });
  shutdown.add('metrics', () => exchange.close());
  const addresses = openAddresses({ config, vapidKeyId: vapid.keyId });
  const subscriptions = createSubscriptionStore({ redis, addresses, now });
  const keyings = createKeyings({ redis });
  tellService({
    redis,
    metrics,
    reports,
    countSubscriptions: () => subscriptions.standings(),
    countArmed: () => keyings.armed(),
    now,
  });
  const canary = createServerCanary({ config, redis, name, proofs, metrics, logger, now });
  const readiness = createReadiness({ redis, watch, clock, gateway, canary: canary.check });
  tellReadiness(metrics, readiness);
  await fillWaiting(redis);
  const alerts = createAlertStore({ redis, now });
  const goal = createGoalStore({ redis, alerts, reports, now });
  tellGoal(metrics, goal);
  const phrases = openPhrasesFile({ file: config.checksFile, logger });
  shutdown.add('phrases', () => phrases.close());
  const api = createApp({
    config,
    trust,
    redis,
    logger,
    metrics,
    now,
    editors,
    sessions: createSessionStore({ redis, now, editors, audit }),
    audit,
    durability,
    alerts,
    topics,
    subscriptions,
    reports,
    goal,
    receipts: createReceiptStore({
      redis,
      tokens: openReceiptTokens(vapid.privateKey),
      engagement: createEngagement({ redis, now }),
    }),
    liveLog: createLiveLog(redis),
    fanOutQueue,
    tracing,
    outletQueue,
    hubQueue,
    testQueue,
    live: {
      handleSse: (request, response) => gateway.handleSse(request, response),
      connections: async (alert) => {
        const others = (await newsOfOthers(redis, 'server', `server:${name}`)) as GroupSize[][];
        return countReached([gateway.groupSizes(), ...others].flat(), alert);
      },
    },
    addresses,
    pushMessageBytes: (alert) => pushMessageBytes(alert, config.publicUrl),
    vapidPublicKey: vapid.publicKey,
    readiness,
    isStopping: () => stopping,
    allMetrics: () => exchange.all(),
    phrases,
    webDir: WEB_DIR,
  });
  const schedule = openSchedule({ alerts, newsroom: api.newsroom, logger, now });
  shutdown.add('schedule', () => schedule.close());
  const pageLooks = openPageLooks({ ...api, redis, logger, now });
  shutdown.add('pages', () => pageLooks.close());
  const poller = openFeedPoller({ looks: api.feedLooks, logger });
  shutdown.add('feeds', () => poller.close());
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
  if (config.trustProxy === false) noticeForgottenProxy(http.server, logger);
  // In reverse. If there are other servers: proxies are told and go there, nobody new is taken, the readers are sent there
  // over DRAIN_SECONDS. Without others, readers and proxies wait for the successor, which cannot listen before this one ends.
  shutdown.add('requests', async () => {
    api.close();
    await untilUnused;
    await http.close();
  });
  shutdown.add('gateway', () => gateway.close());
  shutdown.add('port', () => {
    http.stopListening();
    if (others > 0) untilUnused = http.untilEmpty(KEPT_MS);
  });
  shutdown.add('notice', async () => {
    if (others === 0) return;
    stopping = true;
    await sleep(NOTICE_MS);
  });
  shutdown.add('count of servers', async () => {
    others = (await presentNames(redis).catch(() => [])).filter(
      (other) => other.startsWith('server:') && !other.startsWith(`server:${group}-`),
    ).length;
  });
  const socket = socketForOne(socketOfSystemd(process.env), config.serverProcesses);
  const port = await http.listen(config.port, config.bind, socket);
  shutdown.add('canary', canary.start(http.server.address() as AddressInfo));
  // The bound follows from `ulimit -n`, of which nothing else would speak.
  logger.info({ liveConnections: limits.connections, port }, 'taking requests');
  tellSupervisor({ type: 'ready', port });
}

runRole('server', (config, logger) =>
  runClustered({
    count: config.serverProcesses,
    logger,
    startWorker: (group) => start(config, logger, group),
    envOf: (index) => metricsPortOf(config, index),
  }),
);
