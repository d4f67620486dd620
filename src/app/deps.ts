import type { Request, Response } from 'express';
import type { AlertStore } from '../alerts/store.ts';
import type { Addresses } from '../audience/address.ts';
import type { SubscriptionStore } from '../audience/subscriptions.ts';
import type { TopicStore } from '../audience/topics.ts';
import type { Config } from '../config.ts';
import type { FanOutQueue } from '../delivery/queues.ts';
import type { ReceiptStore } from '../delivery/receipts/receipts.ts';
import type { GoalStore } from '../delivery/report/goal.ts';
import type { ReportStore } from '../delivery/report/report.ts';
import type { TestQueue } from '../delivery/test-send/queue.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { SessionStore } from '../editors/sessions.ts';
import type { EditorStore } from '../editors/store.ts';
import type { Trust } from '../http/client-address.ts';
import type { RateBounds } from '../http/rate-limits.ts';
import type { LiveLog } from '../live/log/log.ts';
import type { LiveFilter } from '../live/protocol.ts';
import type { Phrases } from '../newsroom/checks/phrases.ts';
import type { AlertRulesDeps } from '../newsroom/rules.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { OutletQueue } from '../outlets/queue.ts';
import type { HubQueue } from '../outlets/websub/queue.ts';
import type { Redis } from '../redis/connect.ts';
import type { Readiness } from '../redis/readiness.ts';

/** What the HTTP face is made of. */
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
  readonly tracing: Tracing;
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
