import { z } from 'zod';
import { urgencySchema } from '../alerts/schema.ts';
import { preferencesPatchSchema, preferencesSchema, quietHoursSchema } from '../audience/schema.ts';
import { subscriptionSchema } from '../channels/addresses.ts';
import { BODY_PROBLEMS } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';

export const SUBSCRIPTION_EXAMPLE = {
  subscription: {
    endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAA',
    expirationTime: null,
    // The keys of RFC 8291, section 5.
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  },
  topics: ['world'],
  urgency: 'urgent',
  lang: 'ar',
};

const subscriptionAnswerSchema = z.strictObject({
  id: z.string(),
  topics: z.array(z.string()),
  urgency: urgencySchema,
  lang: z.string().optional(),
  quietHours: quietHoursSchema.optional(),
  dailyCap: z.number().int().optional(),
  vapidKeyChanged: z.boolean().describe('If true, unsubscribe in the browser and subscribe again'),
});

/** The calls that prove possession fail in these ways. */
export const possession = ['unauthenticated', 'forbidden', 'not-found', 'too-many-requests'] as const;

export const SUBSCRIPTIONS = resource('/v1/subscriptions', {
  post: {
    summary: 'Subscribe a browser, or update its subscription',
    description:
      'Answers 201 for a new subscription, and 200 if the endpoint is known and its `auth` is the same.',
    who: 'all',
    tag: 'readers',
    body: preferencesSchema.extend({ subscription: subscriptionSchema }),
    example: SUBSCRIPTION_EXAMPLE,
    answers: { 201: subscriptionAnswerSchema, 200: subscriptionAnswerSchema },
    problems: [...BODY_PROBLEMS, 'subscription-conflict', 'endpoint-not-allowed', 'too-many-requests'],
  },
});

export const SUBSCRIPTION = resource('/v1/subscriptions/:id', {
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
    problems: [...possession, ...BODY_PROBLEMS],
  },
  delete: {
    summary: 'Unsubscribe, and erase all data kept about the subscription',
    who: 'subscription',
    tag: 'readers',
    answers: { 204: null },
    problems: possession,
  },
});
