import { z } from 'zod';
import { readLang, readTopics, type Read } from '../alerts/filter-text.ts';
import {
  alertEditSchema,
  newAlertSchema,
  newVersionSchema,
  reviewSchema,
  submissionSchema,
} from '../alerts/input.ts';
import { alertSchema, editorAlertSchema, statusSchema } from '../alerts/schema.ts';
import { storyIdSchema } from '../alerts/stories/schema.ts';
import { BODY_PROBLEMS } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';

const HEADLINE = 'وزير الخارجية الصيني يلتقي نظيره الروسي على هامش اجتماع آسيان';

const ALERT_EXAMPLE = {
  headline: HEADLINE,
  body: 'اللقاء يبحث الملف الأوكراني وسبل التعاون بين البلدين.',
  url: 'https://news.example/world/123',
  lang: 'ar',
  topics: ['world', 'ukraine'],
  urgency: 'urgent',
};

const CURL_EXAMPLE = `curl -X POST "$PUBLIC_URL/v1/alerts" \\
  -H "Authorization: Bearer $AJIL_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d '{"headline":"${HEADLINE}","lang":"ar","topics":["world"]}'`;

/** A parameter as text, read as the live line reads it. */
const read = <T>(by: (text: string) => Read<T>) =>
  z.string().transform((text, context) => {
    const result = by(text);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', message: result.fault });
    return z.NEVER;
  });

const time = z.iso.datetime({ offset: true });

export const listQuerySchema = z.strictObject({
  topics: read(readTopics).default([]),
  lang: read(readLang).optional(),
  story: storyIdSchema.optional(),
  status: statusSchema.optional(),
  q: z.string().max(200).optional(),
  createdBy: z.string().max(64).optional(),
  from: time.optional(),
  to: time.optional(),
  before: z.union([time, z.string().regex(/^[0-9a-z]{26}$/)]).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const editorAlert = editorAlertSchema.strict();
const anyAlert = z.union([editorAlert, alertSchema.strict()]);

const alertPageSchema = z.strictObject({
  alerts: z.array(anyAlert),
  next: z.string().nullable().describe('Pass it as `before` to get the next page; null on the last page'),
});

export const ALERTS = resource('/v1/alerts', {
  post: {
    summary: 'Send an alert',
    description: `A 201 means that the alert is on disk and will be delivered.\n\n\`\`\`sh\n${CURL_EXAMPLE}\n\`\`\``,
    who: 'editor',
    tag: 'alerts',
    headers: ['Idempotency-Key'],
    body: newAlertSchema,
    example: ALERT_EXAMPLE,
    answers: { 201: editorAlert },
    problems: [
      ...BODY_PROBLEMS,
      'invalid-header',
      'duplicate-alert',
      'message-too-large',
      'idempotency-conflict',
      'too-many-requests',
    ],
  },
  get: {
    summary: 'List alerts, newest first',
    description:
      'Readers see published alerts. Editors see all alerts, and may ask for a `status`, for words (`q`), for an editor (`createdBy`) and for a time (`from`, `to`). A page may hold fewer than `limit` alerts, or none, and still have a `next`.',
    who: 'all',
    tag: 'alerts',
    query: listQuerySchema,
    answers: { 200: alertPageSchema },
    problems: ['invalid-query', 'unauthenticated'],
  },
});

export const ALERT = resource('/v1/alerts/:id', {
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
    answers: { 200: editorAlert },
    problems: [
      ...BODY_PROBLEMS,
      'forbidden',
      'not-found',
      'wrong-status',
      'precondition-failed',
      'precondition-required',
      'message-too-large',
      'too-many-requests',
    ],
  },
});

/** How calls on an alert that no reader sees yet are refused. */
const WAITING_PROBLEMS = ['forbidden', 'not-found', 'wrong-status', 'too-many-requests'] as const;

export const ALERT_SUBMISSION = resource('/v1/alerts/:id/submission', {
  post: {
    summary: 'Send a draft on its way',
    description:
      'It becomes `sending`, `scheduled` (with a `sendAt` in the future) or `awaiting-approval`. A scheduled alert with `"sendAt": null` is sent now.',
    who: 'editor',
    tag: 'alerts',
    body: submissionSchema,
    example: { sendAt: '2026-12-01T18:00:00+03:00' },
    answers: { 200: editorAlert },
    problems: [...BODY_PROBLEMS, ...WAITING_PROBLEMS, 'duplicate-alert'],
  },
});

export const ALERT_APPROVAL = resource('/v1/alerts/:id/approval', {
  post: {
    summary: 'Approve or reject an alert that waits for a second person',
    description:
      'Nobody approves what they wrote, unless they give the reason in `bypass`. A rejected alert is a draft again, with the note.',
    who: 'editor',
    tag: 'alerts',
    body: reviewSchema,
    example: { decision: 'approve' },
    answers: { 200: editorAlert },
    problems: [...BODY_PROBLEMS, ...WAITING_PROBLEMS, 'own-approval', 'duplicate-alert'],
  },
  delete: {
    summary: 'Take the approval of a scheduled alert back',
    description:
      'The alert waits for approval again. Also within the seconds in which a send at the desk can be undone.',
    who: 'editor',
    tag: 'alerts',
    answers: { 200: editorAlert },
    problems: [...WAITING_PROBLEMS],
  },
});

export const ALERT_CANCELLATION = resource('/v1/alerts/:id/cancellation', {
  post: {
    summary: 'Cancel an alert that no reader sees yet',
    who: 'editor',
    tag: 'alerts',
    answers: { 200: editorAlert },
    problems: [...WAITING_PROBLEMS],
  },
});

export const ALERT_VERSIONS = resource('/v1/alerts/:id/versions', {
  get: {
    summary: 'Every version of an alert, oldest first',
    description: 'Each with its status now, also those that no reader sees.',
    who: 'editor',
    tag: 'alerts',
    answers: { 200: z.strictObject({ versions: z.array(editorAlert) }) },
    problems: ['not-found'],
  },
  post: {
    summary: 'Update, correct or retract an alert',
    description:
      'Omitted fields keep their values. Topics and language cannot change, because every reader of the alert must get this version. With `baseVersion`, the call answers 409 and changes nothing if a newer version exists; `version` then holds its number.',
    who: 'editor',
    tag: 'alerts',
    headers: ['Idempotency-Key'],
    body: newVersionSchema,
    example: { change: 'correction', headline: 'تصحيح: العدد ثلاثة', note: 'صُحح العدد' },
    answers: { 201: editorAlert },
    problems: [
      ...BODY_PROBLEMS,
      'invalid-header',
      'not-found',
      'version-conflict',
      'wrong-status',
      'message-too-large',
      'idempotency-conflict',
      'too-many-requests',
    ],
  },
});

export const ALERT_ABORT = resource('/v1/alerts/:id/abort', {
  post: {
    summary: 'Stop an alert that is being sent',
    description: 'The report says how many deliveries were already made.',
    who: 'editor',
    tag: 'alerts',
    answers: { 200: editorAlert },
    problems: ['forbidden', 'not-found', 'wrong-status'],
  },
});
