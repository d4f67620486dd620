import { z } from 'zod';
import { BODY_PROBLEMS } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { attemptSchema } from '../outlets/attempts.ts';
import { newOutletSchema, outletPatchSchemas, outletSchema } from '../outlets/posts/outlet.ts';
import { pausedSchema } from '../outlets/posts/paused.ts';
import { replaySchema } from '../outlets/teller.ts';

const state = {
  paused: pausedSchema
    .strict()
    .nullable()
    .describe('Why nothing is posted until an admin acts; null: it is posted'),
  can: z
    .strictObject({
      edit: z.boolean(),
      remove: z.boolean(),
      length: z.strictObject({ most: z.number().int(), unit: z.string() }).nullable(),
    })
    .describe('What the service lets us do with a post'),
};
const [telegram, email, mastodon, bluesky] = outletSchema.options;
const shown = z.discriminatedUnion('type', [
  telegram.omit({ token: true }).extend(state).strict(),
  email.omit({ password: true }).extend(state).strict(),
  mastodon.omit({ token: true }).extend(state).strict(),
  bluesky.omit({ password: true }).extend(state).strict(),
]);

const attempt = attemptSchema
  .extend({ headline: z.string().nullable().describe('Of the version, as it is kept now') })
  .strict();
const PROBLEMS = ['unauthenticated', 'forbidden', 'not-found'] as const;
const WRITE = [...PROBLEMS, ...BODY_PROBLEMS] as const;

export const OUTLETS = resource('/v1/outlets', {
  get: {
    summary: 'List the outlets in which alerts are posted',
    description: 'For admins. Tokens and passwords are never answered.',
    who: 'editor',
    tag: 'outlets',
    answers: { 200: z.strictObject({ outlets: z.array(shown) }) },
    problems: ['unauthenticated', 'forbidden'],
  },
  post: {
    summary: 'Add an outlet: a Telegram channel, a mailing list, a Mastodon or Bluesky account',
    description:
      'For admins. Alerts that it wants are posted from then on; with `enabled: false` nothing is posted yet. The token or password cannot be read again.',
    who: 'editor',
    tag: 'outlets',
    body: newOutletSchema,
    example: {
      type: 'telegram',
      name: 'قناة تلغرام',
      chat: '@news_example',
      token: '123456:not-a-real-token-not-a-real-token',
      languages: ['ar'],
    },
    answers: { 201: shown },
    problems: [...WRITE, 'wrong-status'],
  },
});

export const OUTLET = resource('/v1/outlets/:id', {
  patch: {
    summary: 'Change an outlet, or switch it off or on',
    description:
      'The type stays. Without `token` or `password`, the outlet keeps the one it has, except when its server changes. `enabled: true` or a new token ends a pause.',
    who: 'editor',
    tag: 'outlets',
    body: z.union(Object.values(outletPatchSchemas)),
    example: { enabled: false },
    answers: { 200: shown },
    problems: [...WRITE],
  },
  delete: {
    summary: 'Delete an outlet with its token or password',
    description: 'What was posted stays at the service.',
    who: 'editor',
    tag: 'outlets',
    answers: { 204: null },
    problems: [...PROBLEMS],
  },
});

export const OUTLET_TEST = resource('/v1/outlets/:id/test', {
  post: {
    summary: 'Sign in at the service and look whether alerts can be posted; nothing is posted',
    who: 'editor',
    tag: 'outlets',
    answers: {
      200: z.strictObject({
        works: z.boolean(),
        code: z.string().nullable(),
        reason: z.string().nullable(),
        detail: z.string().nullable().describe('What the service says itself'),
        status: z.number().int().nullable(),
        ms: z.number(),
      }),
    },
    problems: [...PROBLEMS],
  },
});

export const OUTLET_ATTEMPTS = resource('/v1/outlets/:id/attempts', {
  get: {
    summary: 'What was tried with an outlet, newest first',
    who: 'editor',
    tag: 'outlets',
    answers: { 200: z.strictObject({ attempts: z.array(attempt) }) },
    problems: [...PROBLEMS],
  },
});

export const OUTLET_REPLAY = resource('/v1/outlets/:id/replay', {
  post: {
    summary: 'Bring an outlet up to date with an alert now',
    description: 'What is posted already is not posted again.',
    who: 'editor',
    tag: 'outlets',
    body: replaySchema,
    example: { eventId: '01jd3w5kq0h7v2m8c4x9r6t1bz-1' },
    answers: { 202: null },
    problems: [...WRITE],
  },
});
