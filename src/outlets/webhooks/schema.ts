import { z } from 'zod';
import { EVENT_TYPES } from '../teller.ts';

/** 24 to 64 random bytes, written as Standard Webhooks does. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)),
  description: z.string().nullable(),
  /** The newest first: each signs, so that a receiver may change its secret without losing an event. */
  secrets: z.array(z.string().regex(SECRET)).min(1).max(2),
  enabled: z.boolean(),
  createdAt: z.string(),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** As editors see it: the secret is shown once, when it is made. */
export const shownWebhookSchema = webhookSchema.omit({ secrets: true }).extend({
  endedBecause: z.string().nullable().describe('Why its receiver is not told any more; null: it is'),
});

const events = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .transform((list) => [...new Set(list)]);
const description = z.string().trim().max(200).nullable();
const url = z.string().max(2048);

/** The body of `POST /v1/webhooks`. */
export const newWebhookSchema = z.strictObject({
  url,
  events: events.default([...EVENT_TYPES]),
  description: description.default(null),
});

/** The body of `PATCH /v1/webhooks/:id`. `newSecret` makes another secret; the one before it goes on signing. */
export const webhookPatchSchema = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  description: description.optional(),
  enabled: z.boolean().optional(),
  newSecret: z.literal(true).optional(),
});
