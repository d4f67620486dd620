import type { AnyResource } from '../http/resource.ts';
import {
  ALERT,
  ALERT_ABORT,
  ALERT_APPROVAL,
  ALERT_CANCELLATION,
  ALERT_SUBMISSION,
  ALERT_VERSIONS,
  ALERTS,
} from './alerts-operations.ts';
import { AUDIT, AUDIT_EXPORT } from './audit.ts';
import { CHECKS, ARTICLE_PREVIEW } from './checks.ts';
import { DESK_LINE, DESK_WRITING } from './desk-line.ts';
import { EDITOR_PASSKEY, EDITOR_PASSKEYS } from './editor-passkeys.ts';
import { EDITOR, EDITOR_KEY, EDITOR_NAMES, EDITORS } from './editors.ts';
import { ESTIMATE } from './estimate.ts';
import { GOAL_OVER_TIME } from './goal.ts';
import { HEALTH, METRICS, READINESS } from './health.ts';
import { FEED_HUB } from './feed-hubs.ts';
import { INTAKE } from './intake.ts';
import { LIVE } from './live.ts';
import { NEWSROOM } from './newsroom.ts';
import {
  PASSKEY,
  PASSKEY_OPTIONS,
  PASSKEYS,
  SESSION_BY_PASSKEY,
  SESSION_OPTIONS,
} from './passkeys-operations.ts';
import { CONFIG } from './public-config.ts';
import { OUTLET, OUTLET_ATTEMPTS, OUTLET_REPLAY, OUTLET_TEST, OUTLETS } from './outlets-operations.ts';
import { AUDIENCE_HEALTH } from './audience-health.ts';
import { RECENT } from './recent.ts';
import { RECEIPTS } from './receipts.ts';
import { REPORT } from './report.ts';
import { SESSION } from './session.ts';
import { SOURCE_ITEMS } from './source-items.ts';
import { SOURCE, SOURCES } from './sources.ts';
import { FOLLOWED_STORIES, FOLLOWED_STORY } from './followed-stories.ts';
import { STORIES, STORY } from './stories.ts';
import { SUBSCRIPTION, SUBSCRIPTIONS } from './subscriptions-operations.ts';
import { ALERT_TEST, TEST_DEVICE, TEST_DEVICES } from './test-devices.ts';
import { TOPIC, TOPICS } from './topics.ts';
import { WEBHOOK, WEBHOOK_ATTEMPTS, WEBHOOK_REPLAY, WEBHOOK_TEST, WEBHOOKS } from './webhooks-operations.ts';
import { WEBSUB } from './websub.ts';

/** Every described path, in the order of the documentation. */
export const RESOURCES: readonly AnyResource[] = [
  ALERTS,
  ALERT,
  ALERT_SUBMISSION,
  ALERT_APPROVAL,
  ALERT_CANCELLATION,
  ALERT_VERSIONS,
  ALERT_ABORT,
  ALERT_TEST,
  STORIES,
  STORY,
  REPORT,
  GOAL_OVER_TIME,
  ESTIMATE,
  RECENT,
  AUDIENCE_HEALTH,
  CHECKS,
  ARTICLE_PREVIEW,
  CONFIG,
  SUBSCRIPTIONS,
  SUBSCRIPTION,
  FOLLOWED_STORIES,
  FOLLOWED_STORY,
  RECEIPTS,
  LIVE,
  WEBSUB,
  SESSION,
  SESSION_OPTIONS,
  SESSION_BY_PASSKEY,
  PASSKEYS,
  PASSKEY_OPTIONS,
  PASSKEY,
  DESK_LINE,
  DESK_WRITING,
  SOURCES,
  SOURCE,
  SOURCE_ITEMS,
  INTAKE,
  FEED_HUB,
  NEWSROOM,
  TOPICS,
  TOPIC,
  TEST_DEVICES,
  TEST_DEVICE,
  EDITORS,
  EDITOR,
  EDITOR_KEY,
  EDITOR_PASSKEYS,
  EDITOR_PASSKEY,
  EDITOR_NAMES,
  AUDIT,
  AUDIT_EXPORT,
  WEBHOOKS,
  WEBHOOK,
  WEBHOOK_TEST,
  WEBHOOK_ATTEMPTS,
  WEBHOOK_REPLAY,
  OUTLETS,
  OUTLET,
  OUTLET_TEST,
  OUTLET_ATTEMPTS,
  OUTLET_REPLAY,
  HEALTH,
  READINESS,
  METRICS,
];
