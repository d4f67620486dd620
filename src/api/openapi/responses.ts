import { z } from 'zod';
import { alertSchema, editorAlertSchema, urgencySchema } from '../../alerts/schema.ts';
import { quietHoursSchema } from '../../audience/schema.ts';
import { roleSchema } from '../../editors/schema.ts';

/** What the API answers, for the documentation and the tests that hold it to its word. */
const count = z.number().int().min(0);

export const alertPageSchema = z.strictObject({
  alerts: z.array(z.union([editorAlertSchema.strict(), alertSchema.strict()])),
  next: z.string().nullable().describe('Pass it as `before` to get the next page; null on the last page'),
});

export const estimateAnswerSchema = z.strictObject({ subscriptions: count, connections: count });

export const publicConfigSchema = z.strictObject({
  publicUrl: z.string(),
  vapidPublicKey: z.string(),
  topics: z.array(
    z.strictObject({ id: z.string(), names: z.record(z.string(), z.string()), default: z.boolean() }),
  ),
  languages: z.array(z.string()),
  urgencies: z.array(urgencySchema),
  pushMessageLimitBytes: count,
  requireApproval: z.boolean(),
  linkSites: z
    .array(z.string())
    .nullable()
    .describe('Allowed origins of links and pictures in alerts; null: any origin'),
});

export const subscriptionAnswerSchema = z.strictObject({
  id: z.string(),
  topics: z.array(z.string()),
  urgency: urgencySchema,
  lang: z.string().optional(),
  quietHours: quietHoursSchema.optional(),
  dailyCap: z.number().int().optional(),
  vapidKeyChanged: z.boolean().describe('If true, unsubscribe in the browser and subscribe again'),
});

export const sessionAnswerSchema = z.strictObject({
  editor: z.strictObject({ id: z.string(), name: z.string(), role: roleSchema }),
  csrfToken: z.string().describe('Send it as X-CSRF-Token with every change'),
  expiresAt: z.string(),
});

export const readinessSchema = z.strictObject({
  ready: z.boolean(),
  checks: z.record(z.string(), z.string()),
});

export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().optional().describe('RFC 6901, into the body'),
        parameter: z.string().optional(),
        header: z.string().optional(),
        detail: z.string(),
        bytes: z.number().optional(),
        limit: z.number().optional(),
      }),
    )
    .optional(),
});
