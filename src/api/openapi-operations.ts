import { z } from 'zod';
import { alertSchema, editorAlertSchema, newAlertSchema, newVersionSchema } from '../alerts/schema.ts';
import { newSubscriptionSchema, preferencesPatchSchema } from '../audience/schema.ts';
import { listQuerySchema } from './alerts.ts';
import { estimateSchema } from './audience.ts';
import { ALERT_EXAMPLE, CURL_EXAMPLE, SUBSCRIPTION_EXAMPLE } from './examples.ts';
import type { ProblemCode } from './problem.ts';
import { receiptSchema } from './receipts.ts';
import { reportQuerySchema } from './report.ts';
import {
  alertPageSchema,
  estimateAnswerSchema,
  publicConfigSchema,
  readinessSchema,
  reportSchema,
  sessionAnswerSchema,
  subscriptionAnswerSchema,
} from './responses.ts';
import { signInSchema } from './session.ts';

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
const anyAlert = z.union([editorAlertSchema.strict(), alertSchema.strict()]);
const possession = ['unauthenticated', 'forbidden', 'not-found', 'too-many-requests'] as const;

/** Path -> method -> what it takes and answers, with the schemas that validate. */
export const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/alerts': {
    post: {
      summary: 'Send an alert',
      description: `A 201 means: it is on disk and will be delivered.\n\n\`\`\`sh\n${CURL_EXAMPLE}\n\`\`\``,
      who: 'editor',
      tag: 'alerts',
      headers: ['Idempotency-Key'],
      body: newAlertSchema,
      example: ALERT_EXAMPLE,
      answers: { 201: editorAlertSchema.strict() },
      problems: [
        ...WRITE_PROBLEMS,
        'invalid-header',
        'approval-required',
        'duplicate-alert',
        'message-too-large',
        'idempotency-conflict',
        'not-available-yet',
        'too-many-requests',
      ],
    },
    get: {
      summary: 'List alerts, newest first',
      description: 'Readers see the published ones; editors the others too, and may ask by `status`.',
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
  },
  '/v1/alerts/{id}/versions': {
    post: {
      summary: 'Update, correct or retract an alert',
      description:
        'What is left out stays as it is. Topics and language cannot change: those who had it must get this. With `baseVersion`, nothing is changed if another version has come in between: 409, and `version` says which.',
      who: 'editor',
      tag: 'alerts',
      headers: ['Idempotency-Key'],
      body: newVersionSchema,
      example: { change: 'correction', headline: 'تصحيح: العدد ثلاثة', note: 'صُحح العدد' },
      answers: { 201: editorAlertSchema.strict() },
      problems: [
        ...WRITE_PROBLEMS,
        'invalid-header',
        'approval-required',
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
      description: 'The report says how many were already reached.',
      who: 'editor',
      tag: 'alerts',
      answers: { 200: editorAlertSchema.strict() },
      problems: ['forbidden', 'not-found', 'wrong-status'],
    },
  },
  '/v1/alerts/{id}/report': {
    get: {
      summary: 'What became of a version',
      description: 'With `Accept: text/event-stream`: an event `report` each time it has changed.',
      who: 'editor',
      tag: 'alerts',
      query: reportQuerySchema,
      answers: { 200: reportSchema },
      problems: ['invalid-query', 'not-found'],
    },
  },
  '/v1/audience/estimate': {
    post: {
      summary: 'How many an alert like this would reach now',
      who: 'editor',
      tag: 'alerts',
      body: estimateSchema,
      example: { topics: ['world'], urgency: 'urgent', lang: 'ar' },
      answers: { 200: estimateAnswerSchema },
      problems: [...WRITE_PROBLEMS, 'too-many-requests'],
    },
  },
  '/v1/config': {
    get: {
      summary: 'All that a page needs to start',
      who: 'all',
      tag: 'readers',
      answers: { 200: publicConfigSchema },
    },
  },
  '/v1/subscriptions': {
    post: {
      summary: 'Subscribe a browser, or update its subscription',
      description: '201 when new; 200 when the endpoint is known and its `auth` is the same.',
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
      summary: "A subscription's preferences",
      who: 'subscription',
      tag: 'readers',
      answers: { 200: subscriptionAnswerSchema },
      problems: possession,
    },
    patch: {
      summary: 'Change preferences',
      description: 'JSON Merge Patch (RFC 7396): null removes.',
      who: 'subscription',
      tag: 'readers',
      body: preferencesPatchSchema,
      example: { topics: ['world', 'ukraine'], lang: 'ar' },
      answers: { 200: subscriptionAnswerSchema },
      problems: [...possession, ...WRITE_PROBLEMS],
    },
    delete: {
      summary: 'Unsubscribe: everything kept is erased',
      who: 'subscription',
      tag: 'readers',
      answers: { 204: null },
      problems: possession,
    },
  },
  '/v1/receipts': {
    post: {
      summary: 'A device showed, or its reader opened, a notification',
      description: '`navigator.sendBeacon` works: the body may be text/plain.',
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
        'Query: `topics` (ids with commas between, 50 at most), `urgency`, `lang`, `cursor`; each once, and no other. First a `hello`, which names the topics that there are not in `unknownTopics`, then an `alert` for every version.',
      who: 'all',
      tag: 'readers',
      answers: { 200: null },
      problems: ['invalid-query', 'forbidden', 'upgrade-required', 'unavailable'],
    },
  },
  '/v1/session': {
    post: {
      summary: "Sign in at the desk with an API key; sets the session's cookie",
      who: 'all',
      tag: 'desk',
      body: signInSchema,
      answers: { 201: sessionAnswerSchema },
      problems: [...WRITE_PROBLEMS, 'unauthenticated', 'csrf-refused', 'too-many-requests'],
    },
    get: {
      summary: 'Who is signed in',
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
      summary: 'Alive',
      who: 'all',
      tag: 'operation',
      answers: { 200: z.strictObject({ status: z.string() }) },
    },
  },
  '/readyz': {
    get: {
      summary: 'Ready to take alerts',
      who: 'all',
      tag: 'operation',
      answers: { 200: readinessSchema, 503: readinessSchema },
    },
  },
  '/metrics': {
    get: { summary: 'Prometheus metrics', who: 'all', tag: 'operation', answers: { 200: null } },
  },
};
