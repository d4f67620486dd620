import express from 'express';
import { setMaxListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import { serveAlerts } from './api/alerts.ts';
import { ALERT_VERSIONS } from './api/alerts-operations.ts';
import { serveHealth } from './api/audience-health.ts';
import { serveAudit } from './api/audit.ts';
import { serveChecks } from './api/checks.ts';
import { serveDeskLine } from './api/desk-line.ts';
import { serveDocs } from './api/docs.ts';
import { serveEditorPasskeys } from './api/editor-passkeys.ts';
import { serveEditors } from './api/editors.ts';
import { serveAudience } from './api/estimate.ts';
import { serveFollowedStories } from './api/followed-stories.ts';
import { serveGoal } from './api/goal.ts';
import { serveOperations } from './api/health.ts';
import { serveLive } from './api/live.ts';
import { serveNewsroom } from './api/newsroom.ts';
import { servePasskeys } from './api/passkeys.ts';
import { servePublicConfig } from './api/public-config.ts';
import { createReceipts } from './api/receipts.ts';
import { serveRecent } from './api/recent.ts';
import { recordRefusedActions } from './api/refused-actions.ts';
import { serveReport } from './api/report.ts';
import { serveSession } from './api/session.ts';
import { serveStories } from './api/stories.ts';
import { serveSubscriptions } from './api/subscriptions.ts';
import { serveTestSend } from './api/test-devices.ts';
import { serveTopics } from './api/topics.ts';
import { serveWaitingAlerts } from './api/waiting-alerts.ts';
import { createKeyings } from './audience/keyings.ts';
import { createMemberships } from './audience/memberships.ts';
import { createTopicChanges } from './audience/topic-changes.ts';
import { createHealth } from './delivery/health/health.ts';
import { createLeavings } from './delivery/health/leavings.ts';
import { createPacedServices } from './delivery/report/paced-services.ts';
import { createRecent } from './delivery/report/recent.ts';
import { createTestDevices } from './delivery/test-send/devices.ts';
import type { ReadableHash } from './editors/audited-hash.ts';
import { createPasskeys } from './editors/passkeys.ts';
import { compressAnswers } from './http/compression.ts';
import { createGate } from './http/gate.ts';
import { answerConditionally, readerCors, READING, securityHeaders, SUBSCRIBING } from './http/headers.ts';
import { noIndex } from './http/no-index.ts';
import { createProblemWriter, Problem } from './http/problem.ts';
import { createRequestLog } from './http/request-log.ts';
import { traceChanges } from './http/trace-changes.ts';
import type { Arrivals } from './intake/arrivals.ts';
import type { FeedLooks } from './intake/feeds/poller.ts';
import type { PageWaits } from './intake/pages/page-waits.ts';
import type { StoredSource } from './intake/source.ts';
import type { Taking } from './intake/taking.ts';
import type { FetchPage } from './newsroom/articles/fetch-page.ts';
import { createChecks } from './newsroom/checks/checks.ts';
import { createDeskLine } from './newsroom/desk-line.ts';
import type { Newsroom } from './newsroom/newsroom.ts';
import { serveFeeds } from './pages/feeds/feeds.ts';
import { servePages } from './pages/pages.ts';
import type { ApiDeps } from './app/deps.ts';
import { createParts } from './app/parts.ts';
import { serveSystems } from './app/systems.ts';

export type { ApiDeps };

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
  const deps = createParts(input, closing.signal);
  const deskLine = createDeskLine(input);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trust);
  const receipts = createReceipts(input);
  app.use(createRequestLog(deps));
  app.use(traceChanges(input));
  app.use(securityHeaders(config.publicUrl));
  if (config.isDrill) app.use(noIndex);
  app.use(compressAnswers());
  app.use(
    ['/v1/config', '/v1/alerts', '/v1/stories', '/v1/live', '/feeds'],
    readerCors(config.allowedOrigins, READING),
  );
  app.use(['/v1/subscriptions', '/v1/receipts'], readerCors(config.allowedOrigins, SUBSCRIBING));
  app.use(answerConditionally);
  app.post(ALERT_VERSIONS.path, deps.readAhead.handler);
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
  const { feedLooks } = serveSystems(router, deps);
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
    newsroom: deps.newsroom,
    sources: deps.sources,
    taking: deps.taking,
    arrivals: deps.arrivals,
    waits: deps.pageWaits,
    feedLooks,
    fetchPage: deps.fetchPage,
    app: (request, response) => receipts.shortcut(request, response, () => app(request, response)),
    close: () => {
      closing.abort();
      deps.refusedKeys.close();
      deskLine.close();
    },
  };
}
