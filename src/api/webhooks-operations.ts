import { z } from 'zod';
import { BODY_PROBLEMS } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { attemptSchema } from '../outlets/attempts.ts';
import { replaySchema } from '../outlets/teller.ts';
import { newWebhookSchema, shownWebhookSchema, webhookPatchSchema } from '../outlets/webhooks/schema.ts';

const shown = shownWebhookSchema.strict();
const withSecret = shown.extend({
  secret: z.string().optional().describe('Only in the answer that makes it; it cannot be read again'),
});
const PROBLEMS = ['unauthenticated', 'forbidden', 'not-found'] as const;
const WRITE = [...PROBLEMS, ...BODY_PROBLEMS] as const;

export const WEBHOOKS = resource('/v1/webhooks', {
  get: {
    summary: 'List the webhooks',
    who: 'editor',
    tag: 'webhooks',
    answers: { 200: z.strictObject({ webhooks: z.array(shown) }) },
    problems: ['unauthenticated', 'forbidden'],
  },
  post: {
    summary: 'Add a webhook',
    description:
      'Each version that becomes public is told by a signed POST (Standard Webhooks 1.0.0). The secret is in this answer only. For admins.',
    who: 'editor',
    tag: 'webhooks',
    body: newWebhookSchema,
    example: { url: 'https://hooks.news.example/ajil', events: ['alert.published'] },
    answers: { 201: withSecret },
    problems: [...WRITE, 'wrong-status'],
  },
});

export const WEBHOOK = resource('/v1/webhooks/:id', {
  patch: {
    summary: 'Change a webhook, switch it off or on, or give it another secret',
    description:
      'With `newSecret` the answer holds another secret. The secret before it goes on signing, until the next one is made.',
    who: 'editor',
    tag: 'webhooks',
    body: webhookPatchSchema,
    example: { enabled: false },
    answers: { 200: withSecret },
    problems: [...WRITE],
  },
  delete: {
    summary: 'Delete a webhook',
    who: 'editor',
    tag: 'webhooks',
    answers: { 204: null },
    problems: [...PROBLEMS],
  },
});

export const WEBHOOK_TEST = resource('/v1/webhooks/:id/test', {
  post: {
    summary: 'Send a test message to a webhook now',
    who: 'editor',
    tag: 'webhooks',
    answers: {
      200: z.strictObject({
        status: z.number().int().nullable(),
        ms: z.number(),
        reason: z.string().nullable(),
      }),
    },
    problems: [...PROBLEMS],
  },
});

export const WEBHOOK_ATTEMPTS = resource('/v1/webhooks/:id/attempts', {
  get: {
    summary: 'What was tried with a webhook, newest first',
    who: 'editor',
    tag: 'webhooks',
    answers: { 200: z.strictObject({ attempts: z.array(attemptSchema.strict()) }) },
    problems: [...PROBLEMS],
  },
});

export const WEBHOOK_REPLAY = resource('/v1/webhooks/:id/replay', {
  post: {
    summary: 'Tell a webhook of an event again',
    who: 'editor',
    tag: 'webhooks',
    body: replaySchema,
    example: { eventId: '01jd3w5kq0h7v2m8c4x9r6t1bz-1' },
    answers: { 202: null },
    problems: [...WRITE],
  },
});
