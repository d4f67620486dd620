import { setMaxListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import express, { type Request, type Response } from 'express';
import { Counter } from 'prom-client';
import type { Config } from './config.ts';
import type { AlertStore } from './alerts/store.ts';
import { createStoryStore } from './alerts/stories/store.ts';
import type { Addresses } from './audience/address.ts';
import { createMemberships } from './audience/memberships.ts';
import type { SubscriptionStore } from './audience/subscriptions.ts';
import { createTopicChanges } from './audience/topic-changes.ts';
import type { TopicStore } from './audience/topics.ts';
import type { FanOutQueue } from './delivery/queues.ts';
import type { ReceiptStore } from './delivery/receipts/receipts.ts';
import type { GoalStore } from './delivery/report/goal.ts';
import type { ReportStore } from './delivery/report/report.ts';
import { createTestDevices } from './delivery/test-send/devices.ts';
import type { TestQueue } from './delivery/test-send/queue.ts';
import type { AuditLog } from './editors/audit.ts';
import { createAuditedHash, type ReadableHash } from './editors/audited-hash.ts';
import { createPasskeys } from './editors/passkeys.ts';
import type { SessionStore } from './editors/sessions.ts';
import type { EditorStore } from './editors/store.ts';
import type { LiveLog } from './live/log/log.ts';
import type { LiveFilter } from './live/protocol.ts';
import { clientAddress, type Trust } from './http/client-address.ts';
import type { Logger } from './ops/logger.ts';
import type { Metrics } from './ops/metrics.ts';
import { createAttemptLog } from './outlets/attempts.ts';
import type { OutletQueue } from './outlets/queue.ts';
import { MOST_OUTLETS, outletSchema } from './outlets/posts/outlet.ts';
import { createPausedOutlets, tellPaused } from './outlets/posts/paused.ts';
import { createTestOutlet } from './outlets/posts/posts.ts';
import { createServices } from './outlets/posts/services.ts';
import { createEndedWebhooks } from './outlets/webhooks/ended.ts';
import { createPost } from './outlets/webhooks/post.ts';
import { webhookSchema } from './outlets/webhooks/schema.ts';
import type { HubQueue } from './outlets/websub/queue.ts';
import { createTestWebhook, MOST_WEBHOOKS } from './outlets/webhooks/webhooks.ts';
import type { Redis } from './redis/connect.ts';
import { keys } from './redis/keys.ts';
import type { Readiness } from './redis/readiness.ts';
import { createArrivals, type Arrivals } from './intake/arrivals.ts';
import { createFeedStates } from './intake/feeds/feed-state.ts';
import { createFetchFeed } from './intake/feeds/fetch-feed.ts';
import { createFeedLooks, type FeedLooks } from './intake/feeds/poller.ts';
import { createTakeFeed } from './intake/feeds/take-feed.ts';
import { createLeaseStore } from './intake/feeds/websub/lease-store.ts';
import { createSubscriber } from './intake/feeds/websub/subscriber.ts';
import { createIntake } from './intake/intake.ts';
import { createPageWaits, type PageWaits } from './intake/pages/page-waits.ts';
import { tellSilence } from './intake/silence.ts';
import { createTaking, type Taking } from './intake/taking.ts';
import { MOST_SOURCES, storedSourceSchema, type StoredSource } from './intake/source.ts';
import { linkSites } from './newsroom/link-sites.ts';
import { createNewsroom, type Newsroom } from './newsroom/newsroom.ts';
import { createAlertRules, type AlertRulesDeps } from './newsroom/rules.ts';
import { createChecks } from './newsroom/checks/checks.ts';
import type { Phrases } from './newsroom/checks/phrases.ts';
import { createDeskLine } from './newsroom/desk-line.ts';
import { createSettings } from './newsroom/settings.ts';
import { createFetchPage, type FetchPage } from './newsroom/articles/fetch-page.ts';
import { serveAlerts } from './api/alerts.ts';
import { serveAudit } from './api/audit.ts';
import { serveChecks } from './api/checks.ts';
import { serveDeskLine } from './api/desk-line.ts';
import { serveEditors } from './api/editors.ts';
import { serveAudience } from './api/estimate.ts';
import { createAuthentication } from './api/authentication.ts';
import { compressAnswers } from './http/compression.ts';
import { answerConditionally, READING, readerCors, securityHeaders, SUBSCRIBING } from './http/headers.ts';
import { createFirstPages } from './api/list-cache.ts';
import { createGate } from './http/gate.ts';
import { serveDocs } from './api/docs.ts';
import { serveGoal } from './api/goal.ts';
import { serveFeedHubs } from './api/feed-hubs.ts';
import { serveIntake } from './api/intake.ts';
import { serveLive } from './api/live.ts';
import { serveNewsroom } from './api/newsroom.ts';
import { serveOperations } from './api/health.ts';
import { serveOutlets } from './api/outlets.ts';
import { serveEditorPasskeys } from './api/editor-passkeys.ts';
import { servePasskeys } from './api/passkeys.ts';
import { serveFeeds } from './pages/feeds/feeds.ts';
import { servePages } from './pages/pages.ts';
import { recordRefusedActions } from './api/refused-actions.ts';
import { noIndex } from './http/no-index.ts';
import { createProblemWriter, Problem } from './http/problem.ts';
import { servePublicConfig } from './api/public-config.ts';
import { createRateLimits, DEFAULT_RATE_LIMITS, type RateBounds } from './http/rate-limits.ts';
import { createReceipts } from './api/receipts.ts';
import { serveReport } from './api/report.ts';
import { createPacedServices } from './delivery/report/paced-services.ts';
import { createKeyings } from './audience/keyings.ts';
import { createRecent } from './delivery/report/recent.ts';
import { createHealth } from './delivery/health/health.ts';
import { createLeavings } from './delivery/health/leavings.ts';
import { serveHealth } from './api/audience-health.ts';
import { serveRecent } from './api/recent.ts';
import { createRefusedKeys } from './api/refused-keys.ts';
import { createRequestLog } from './http/request-log.ts';
import { serveSession } from './api/session.ts';
import { serveSourceItems } from './api/source-items.ts';
import { serveSources } from './api/sources.ts';
import { serveFollowedStories } from './api/followed-stories.ts';
import { serveStories } from './api/stories.ts';
import { serveTestSend } from './api/test-devices.ts';
import { serveTopics } from './api/topics.ts';
import { serveWaitingAlerts } from './api/waiting-alerts.ts';
import { serveWebhooks } from './api/webhooks.ts';
import { serveWebsub } from './api/websub.ts';
import { serveSubscriptions } from './api/subscriptions.ts';

export interface ApiDeps {
  readonly config: Pick<
    Config,
    'webhookAllowedOrigins' | 'publicUrl' | 'allowedOrigins' | 'requireApproval' | 'isDrill'
  >;
  /** Whether a peer is a proxy of ours. */
  readonly trust: Trust;
  /** A `command` connection: it fails at once while Redis is away, which becomes a 503. */
  readonly redis: Redis;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly editors: EditorStore;
  readonly sessions: SessionStore;
  readonly audit: AuditLog;
  readonly alerts: AlertStore;
  readonly topics: TopicStore;
  readonly subscriptions: SubscriptionStore;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly goal: Pick<GoalStore, 'read'>;
  readonly receipts: ReceiptStore;
  readonly liveLog: Pick<LiveLog, 'append'>;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly outletQueue: Pick<OutletQueue, 'tellAgain'>;
  readonly hubQueue: Pick<HubQueue, 'verify'>;
  /** Callbacks of the hub that may be private: for tests. */
  readonly hubAllowedOrigins?: readonly string[];
  readonly testQueue: Pick<TestQueue, 'add'>;
  readonly live: {
    handleSse(request: Request, response: Response): void | Promise<void>;
    /** Open connections that an alert like this would reach. */
    connections(filter: LiveFilter): number | Promise<number>;
  };
  readonly addresses: Addresses;
  /** Size of the push message that an alert makes, in bytes of UTF-8. */
  readonly pushMessageBytes: AlertRulesDeps['pushMessageBytes'];
  /** base64url, 65 bytes. */
  readonly vapidPublicKey: string;
  readonly readiness: () => Promise<Readiness>;
  /** Whether this server is about to stop and another one takes requests. */
  readonly isStopping: () => boolean;
  /** Prometheus text of every process. */
  readonly allMetrics: () => Promise<string>;
  /** Phrases that editors are asked about. */
  readonly phrases: Phrases;
  /** An authority (PEM) that article pages may be signed by, besides the system's. */
  readonly articleCa?: string;
  /** Where Vite put the pages; undefined: none are served. */
  readonly webDir: string | undefined;
  readonly limits?: Partial<RateBounds>;
  readonly reportIntervalMs?: number;
}

export interface Api {
  /** For what acts besides requests: the schedule, and the looks at feeds. */
  readonly newsroom: Newsroom;
  readonly sources: ReadableHash<StoredSource>;
  readonly taking: Taking;
  readonly arrivals: Arrivals;
  readonly waits: PageWaits;
  readonly feedLooks: FeedLooks;
  readonly fetchPage: FetchPage;
  readonly app: RequestListener;
  /** Ends the streams that would keep the server from closing. */
  close(): void;
}

/** The whole HTTP face, for a server to listen with. */
export function createApp(input: ApiDeps): Api {
  const closing = new AbortController();
  // A listener for each report that is watched, which are bounded.
  setMaxListeners(0, closing.signal);
  const { config, trust } = input;
  const limits = createRateLimits({
    ...input,
    addressOf: (request) => clientAddress(request, trust),
    limits: { ...DEFAULT_RATE_LIMITS, ...input.limits },
  });
  const refusedKeys = createRefusedKeys(input);
  const onRefusedKey = async (request: Request): Promise<void> => {
    await refusedKeys.note();
    await limits.takeRefusedKey(request);
  };
  const firstPages = createFirstPages(input);
  const settings = createSettings({ ...input, requireApproval: config.requireApproval });
  const stories = createStoryStore(input);
  const newsroom = createNewsroom({
    ...input,
    stories,
    rules: createAlertRules(input),
    settings,
    onChange: () => firstPages.clear(),
    onFanOutFailure: fanOutFailures(input),
  });
  const arrivals = createArrivals(input);
  const pageWaits = createPageWaits(input);
  const deps = {
    ...input,
    limits,
    onRefusedKey,
    auth: createAuthentication({ ...input, onRefusedKey, publicUrl: config.publicUrl }),
    firstPages,
    newsroom,
    settings,
    stories,
    sources: createAuditedHash({
      ...input,
      key: keys.sources,
      schema: storedSourceSchema,
      most: MOST_SOURCES,
    }),
    arrivals,
    pageWaits,
    fetchPage: createFetchPage({
      trustedOrigins: new Set([new URL(config.publicUrl).origin, ...config.allowedOrigins]),
      ca: input.articleCa,
      closing: closing.signal,
    }),
    taking: createTaking({
      ...input,
      arrivals,
      sites: linkSites(config.publicUrl, config.allowedOrigins),
      intake: createIntake({
        ...input,
        newsroom,
        languages: async () => (await settings.get()).languages,
        count: (sourceId) => limits.takeVersion(`source:${sourceId}`),
      }),
    }),
    closing: closing.signal,
    reportIntervalMs: input.reportIntervalMs ?? 1000,
  };
  const deskLine = createDeskLine(input);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trust);
  const receipts = createReceipts(input);
  app.use(createRequestLog(deps));
  app.use(securityHeaders(config.publicUrl));
  if (config.isDrill) app.use(noIndex);
  app.use(compressAnswers());
  app.use(
    ['/v1/config', '/v1/alerts', '/v1/stories', '/v1/live', '/feeds'],
    readerCors(config.allowedOrigins, READING),
  );
  app.use(['/v1/subscriptions', '/v1/receipts'], readerCors(config.allowedOrigins, SUBSCRIBING));
  app.use(answerConditionally);
  app.use(createGate({ isEditor: (request) => deps.auth.isEditor(request), metrics: input.metrics }));
  // Strict: a proxy in front that keeps /metrics inside would let /metrics/ pass.
  const router = express.Router({ caseSensitive: true, strict: true });
  serveAlerts(router, deps);
  serveWaitingAlerts(router, deps);
  serveStories(router, deps);
  const pacedServices = createPacedServices(deps.redis);
  serveReport(router, { ...deps, pacedServices });
  serveAudience(router, deps);
  const health = createHealth(input);
  serveHealth(router, { ...deps, health });
  serveRecent(router, {
    ...deps,
    recent: createRecent({ ...deps, health, pacedServices, keyings: createKeyings(input) }),
  });
  serveGoal(router, deps);
  serveChecks(router, { ...deps, check: createChecks(deps) });
  const feeds = createFeedStates(input);
  const atNewsroomsWish = { allowedOrigins: config.webhookAllowedOrigins, closing: closing.signal };
  const post = createPost(config.webhookAllowedOrigins, closing.signal);
  const subscriber = createSubscriber({
    ...input,
    ...atNewsroomsWish,
    publicUrl: config.publicUrl,
    store: createLeaseStore(input),
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
  tellSilence(input.metrics, deps);
  serveIntake(router, deps);
  servePublicConfig(router, deps);
  serveSubscriptions(router, { ...deps, leavings: createLeavings(input) });
  serveFollowedStories(router, { ...deps, memberships: createMemberships(input) });
  receipts.serve(router);
  serveLive(router, deps);
  serveSession(router, deps);
  const passkeys = createPasskeys({ ...input, publicUrl: config.publicUrl });
  servePasskeys(router, { ...deps, passkeys });
  serveEditorPasskeys(router, { ...deps, passkeys });
  serveDeskLine(router, { ...deps, deskLine });
  serveTopics(router, { ...deps, topicChanges: createTopicChanges(input) });
  serveNewsroom(router, deps);
  serveTestSend(router, { ...deps, testDevices: createTestDevices(input) });
  serveEditors(router, deps);
  serveAudit(router, deps);
  serveWebhooks(router, {
    ...deps,
    webhooks: createAuditedHash({
      ...input,
      key: keys.webhooks,
      schema: webhookSchema,
      most: MOST_WEBHOOKS,
    }),
    ended: createEndedWebhooks(input.redis),
    attempts: createAttemptLog(input.redis),
    test: createTestWebhook({
      post,
      allowedOrigins: config.webhookAllowedOrigins,
      now: input.now,
    }),
  });
  const outlets = createAuditedHash({
    ...input,
    key: keys.outlets,
    schema: outletSchema,
    most: MOST_OUTLETS,
  });
  const paused = createPausedOutlets(input.redis);
  tellPaused(input.metrics, { outlets, paused });
  serveOutlets(router, {
    ...deps,
    outlets,
    paused,
    attempts: createAttemptLog(input.redis),
    test: createTestOutlet({
      serviceOf: createServices({ allowedOrigins: config.webhookAllowedOrigins, now: input.now }),
    }),
  });
  serveWebsub(router, {
    ...deps,
    hubAllowedOrigins: input.hubAllowedOrigins ?? [],
    hasFeed: async ({ topic }) =>
      topic === null || (await input.topics.list()).some(({ id }) => id === topic),
  });
  serveOperations(router, deps);
  const pages = express.Router({ caseSensitive: true });
  serveDocs(pages, deps);
  serveFeeds(pages, deps);
  servePages(pages, deps);
  app.use(router, pages);
  app.use(() => {
    throw new Problem('not-found', 'GET /docs lists all resources.');
  });
  app.use(recordRefusedActions({ ...input, editorOf: (request) => deps.auth.known(request) }));
  app.use(createProblemWriter({ publicUrl: config.publicUrl, logger: input.logger }));
  return {
    newsroom,
    sources: deps.sources,
    taking: deps.taking,
    arrivals,
    waits: pageWaits,
    feedLooks,
    fetchPage: deps.fetchPage,
    app: (request, response) => receipts.shortcut(request, response, () => app(request, response)),
    close: () => {
      closing.abort();
      refusedKeys.close();
      deskLine.close();
    },
  };
}

function fanOutFailures(deps: Pick<ApiDeps, 'logger' | 'metrics'>) {
  const failures = new Counter({
    name: 'ajil_fan_out_add_failures_total',
    help: 'Accepted versions whose live log entry or fan-out job could not be added immediately; the workers add them',
    registers: [deps.metrics],
  });
  return (error: unknown, alertId: string): void => {
    failures.inc();
    deps.logger.error(
      { err: error, alertId },
      'could not start a version immediately; the workers will start it',
    );
  };
}
