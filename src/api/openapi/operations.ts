import { z } from 'zod';
import { reportSchema } from '../../delivery/report/schema.ts';
import {
  alertEditSchema,
  alertSchema,
  editorAlertSchema,
  newAlertSchema,
  newVersionSchema,
  reviewSchema,
  submissionSchema,
} from '../../alerts/schema.ts';
import { newSubscriptionSchema, preferencesPatchSchema } from '../../audience/schema.ts';
import { listQuerySchema } from '../alerts.ts';
import { estimateSchema } from '../estimate.ts';
import { INTAKE_OPERATIONS } from '../intake-operations.ts';
import { SOURCES_OPERATIONS } from '../sources-operations.ts';
import { ALERT_EXAMPLE, CURL_EXAMPLE, SUBSCRIPTION_EXAMPLE } from './examples.ts';
import type { ProblemCode } from '../../http/problem.ts';
import { receiptSchema } from '../receipts.ts';
import { reportQuerySchema } from '../report.ts';
import {
  alertPageSchema,
  estimateAnswerSchema,
  publicConfigSchema,
  readinessSchema,
  sessionAnswerSchema,
  subscriptionAnswerSchema,
} from './responses.ts';
import { signInSchema } from '../session.ts';

export type Who = 'all' | 'editor' | 'subscription';

/** One call of the API, as the documentation needs it. */
export interface Operation {
  readonly summary: string;
  readonly who: Who;
  readonly tag: 'alerts' | 'readers' | 'desk' | 'operation';
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly headers?: readonly string[];
  readonly body?: z.ZodType;
  readonly example?: object;
  /** Status -> the answer's schema; null: no body of ours. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly problems?: readonly ProblemCode[];
}

const WRITE_PROBLEMS = [
  'malformed-request',
  'body-too-large',
  'unsupported-media-type',
  'invalid-body',
] as const;
const WAITING_PROBLEMS = ['forbidden', 'not-found', 'wrong-status', 'too-many-requests'] as const;
const anyAlert = z.union([editorAlertSchema.strict(), alertSchema.strict()]);
const possession = ['unauthenticated', 'forbidden', 'not-found', 'too-many-requests'] as const;

/** Path -> method -> what it takes and answers, with the schemas that validate. */
export const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/alerts': {
    post: {
      summary: 'Send an alert',
      description: `A 201 means that the alert is on disk and will be delivered.\n\n\`\`\`sh\n${CURL_EXAMPLE}\n\`\`\``,
      who: 'editor',
      tag: 'alerts',
      headers: ['Idempotency-Key'],
      body: newAlertSchema,
      example: ALERT_EXAMPLE,
      answers: { 201: editorAlertSchema.strict() },
      problems: [
        ...WRITE_PROBLEMS,
        'invalid-header',
        'duplicate-alert',
        'message-too-large',
        'idempotency-conflict',
        'too-many-requests',
      ],
    },
    get: {
      summary: 'List alerts, newest first',
      description: 'Readers see published alerts. Editors see all alerts and may filter them by `status`.',
      who: 'all',
      tag: 'alerts',
      query: listQuerySchema,
      answers: { 200: alertPageSchema },
      problems: ['invalid-query', 'unauthenticated'],
    },
  },
  '/v1/alerts/{id}': {
    get: {
      summary: 'The newest version of an alert',
      who: 'all',
      tag: 'alerts',
      answers: { 200: anyAlert, 304: null },
      problems: ['not-found'],
    },
    patch: {
      summary: 'Edit an alert that no reader sees yet',
      description:
        'A merge patch (RFC 7396) of a `draft`, `awaiting-approval` or `scheduled` alert. `If-Match` names the ETag of the alert as the editor read it. What was scheduled asks for approval again where a rule demands it; without `sendAt` it becomes a draft.',
      who: 'editor',
      tag: 'alerts',
      headers: ['If-Match'],
      body: alertEditSchema,
      example: { headline: 'العنوان بعد التحرير' },
      answers: { 200: editorAlertSchema.strict() },
      problems: [
        ...WRITE_PROBLEMS,
        'forbidden',
        'not-found',
        'wrong-status',
        'precondition-failed',
        'precondition-required',
        'message-too-large',
        'too-many-requests',
      ],
    },
  },
  '/v1/alerts/{id}/submission': {
    post: {
      summary: 'Send a draft on its way',
      description:
        'It becomes `sending`, `scheduled` (with a `sendAt` in the future) or `awaiting-approval`. A scheduled alert with `"sendAt": null` is sent now.',
      who: 'editor',
      tag: 'alerts',
      body: submissionSchema,
      example: { sendAt: '2026-12-01T18:00:00+03:00' },
      answers: { 200: editorAlertSchema.strict() },
      problems: [...WRITE_PROBLEMS, ...WAITING_PROBLEMS, 'duplicate-alert'],
    },
  },
  '/v1/alerts/{id}/approval': {
    post: {
      summary: 'Approve or reject an alert that waits for a second person',
      description:
        'Nobody approves what they wrote, unless they give the reason in `bypass`. A rejected alert is a draft again, with the note.',
      who: 'editor',
      tag: 'alerts',
      body: reviewSchema,
      example: { decision: 'approve' },
      answers: { 200: editorAlertSchema.strict() },
      problems: [...WRITE_PROBLEMS, ...WAITING_PROBLEMS, 'own-approval', 'duplicate-alert'],
    },
  },
  '/v1/alerts/{id}/cancellation': {
    post: {
      summary: 'Cancel an alert that no reader sees yet',
      who: 'editor',
      tag: 'alerts',
      answers: { 200: editorAlertSchema.strict() },
      problems: [...WAITING_PROBLEMS],
    },
  },
  '/v1/alerts/{id}/versions': {
    post: {
      summary: 'Update, correct or retract an alert',
      description:
        'Omitted fields keep their values. Topics and language cannot change, because every reader of the alert must get this version. With `baseVersion`, the call answers 409 and changes nothing if a newer version exists; `version` then holds its number.',
      who: 'editor',
      tag: 'alerts',
      headers: ['Idempotency-Key'],
      body: newVersionSchema,
      example: { change: 'correction', headline: 'تصحيح: العدد ثلاثة', note: 'صُحح العدد' },
      answers: { 201: editorAlertSchema.strict() },
      problems: [
        ...WRITE_PROBLEMS,
        'invalid-header',
        'not-found',
        'version-conflict',
        'wrong-status',
        'message-too-large',
        'idempotency-conflict',
        'too-many-requests',
      ],
    },
  },
  '/v1/alerts/{id}/abort': {
    post: {
      summary: 'Stop an alert that is being sent',
      description: 'The report says how many deliveries were already made.',
      who: 'editor',
      tag: 'alerts',
      answers: { 200: editorAlertSchema.strict() },
      problems: ['forbidden', 'not-found', 'wrong-status'],
    },
  },
  '/v1/alerts/{id}/report': {
    get: {
      summary: 'The delivery report of a version',
      description:
        'With `Accept: text/event-stream`, the server sends an event `report` each time the report changes.',
      who: 'editor',
      tag: 'alerts',
      query: reportQuerySchema,
      answers: { 200: reportSchema },
      problems: ['invalid-query', 'not-found'],
    },
  },
  '/v1/audience/estimate': {
    post: {
      summary: 'The number of subscriptions that such an alert would reach now',
      who: 'editor',
      tag: 'alerts',
      body: estimateSchema,
      example: { topics: ['world'], urgency: 'urgent', lang: 'ar' },
      answers: { 200: estimateAnswerSchema },
      problems: [...WRITE_PROBLEMS, 'too-many-requests'],
    },
  },
  ...SOURCES_OPERATIONS,
  ...INTAKE_OPERATIONS,
  '/v1/config': {
    get: {
      summary: 'Everything that a page needs to start',
      who: 'all',
      tag: 'readers',
      answers: { 200: publicConfigSchema },
    },
  },
  '/v1/subscriptions': {
    post: {
      summary: 'Subscribe a browser, or update its subscription',
      description:
        'Answers 201 for a new subscription, and 200 if the endpoint is known and its `auth` is the same.',
      who: 'all',
      tag: 'readers',
      body: newSubscriptionSchema,
      example: SUBSCRIPTION_EXAMPLE,
      answers: { 201: subscriptionAnswerSchema, 200: subscriptionAnswerSchema },
      problems: [...WRITE_PROBLEMS, 'subscription-conflict', 'endpoint-not-allowed', 'too-many-requests'],
    },
  },
  '/v1/subscriptions/{id}': {
    get: {
      summary: "Get a subscription's preferences",
      who: 'subscription',
      tag: 'readers',
      answers: { 200: subscriptionAnswerSchema },
      problems: possession,
    },
    patch: {
      summary: 'Change preferences',
      description: 'The body is a JSON Merge Patch (RFC 7396): null removes a preference.',
      who: 'subscription',
      tag: 'readers',
      body: preferencesPatchSchema,
      example: { topics: ['world', 'ukraine'], lang: 'ar' },
      answers: { 200: subscriptionAnswerSchema },
      problems: [...possession, ...WRITE_PROBLEMS],
    },
    delete: {
      summary: 'Unsubscribe, and erase all data kept about the subscription',
      who: 'subscription',
      tag: 'readers',
      answers: { 204: null },
      problems: possession,
    },
  },
  '/v1/receipts': {
    post: {
      summary: 'Report that a device showed a notification, or that its reader opened it',
      description: 'The body may be text/plain, so `navigator.sendBeacon` works.',
      who: 'all',
      tag: 'readers',
      body: receiptSchema,
      answers: { 204: null },
      problems: [...WRITE_PROBLEMS, 'invalid-receipt', 'too-many-requests'],
    },
  },
  '/v1/live': {
    get: {
      summary: 'Follow alerts: WebSocket, or SSE with Accept: text/event-stream',
      description:
        'The query may hold `topics` (at most 50 ids, separated by commas), `urgency`, `lang` and `cursor`, each at most once, and nothing else. The server first sends a `hello`, whose `unknownTopics` names topics that do not exist, and then an `alert` for every version.',
      who: 'all',
      tag: 'readers',
      answers: { 200: null },
      problems: ['invalid-query', 'forbidden', 'upgrade-required', 'unavailable'],
    },
  },
  '/v1/session': {
    post: {
      summary: 'Sign in at the desk with an API key; the answer sets the session cookie',
      who: 'all',
      tag: 'desk',
      body: signInSchema,
      answers: { 201: sessionAnswerSchema },
      problems: [...WRITE_PROBLEMS, 'unauthenticated', 'csrf-refused', 'too-many-requests'],
    },
    get: {
      summary: 'The signed-in editor',
      who: 'all',
      tag: 'desk',
      answers: { 200: sessionAnswerSchema },
      problems: ['unauthenticated'],
    },
    delete: {
      summary: 'Sign out',
      who: 'all',
      tag: 'desk',
      headers: ['X-CSRF-Token'],
      answers: { 204: null },
      problems: ['csrf-refused'],
    },
  },
  '/healthz': {
    get: {
      summary: 'Whether the process is alive',
      who: 'all',
      tag: 'operation',
      answers: { 200: z.strictObject({ status: z.string() }) },
    },
  },
  '/readyz': {
    get: {
      summary: 'Whether Ajil is ready to take alerts',
      who: 'all',
      tag: 'operation',
      answers: { 200: readinessSchema, 503: readinessSchema },
    },
  },
  '/metrics': {
    get: { summary: 'Prometheus metrics', who: 'all', tag: 'operation', answers: { 200: null } },
  },
};
