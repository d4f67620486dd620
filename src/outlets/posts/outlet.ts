import { z } from 'zod';
import { langSchema, lineSchema, topicIdSchema, urgencySchema } from '../../alerts/schema.ts';

export const OUTLET_TYPES = ['telegram', 'email', 'mastodon', 'bluesky'] as const;
export type OutletType = (typeof OUTLET_TYPES)[number];

const MOST_RECIPIENTS = 50;
export const MOST_OUTLETS = 30;
export const TELEGRAM_SERVER = 'https://api.telegram.org';
export const BLUESKY_SERVER = 'https://bsky.social';

/** A server's origin: what people write with a slash behind it is meant so too. */
const server = z
  .string()
  .max(300)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) {
      return url.origin;
    }
    context.addIssue({
      code: 'custom',
      message: 'must be the address of a server, such as https://social.example',
    });
    return z.NEVER;
  });
/** Written into headers and addresses: nothing that could end a line. */
const printable = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'must hold Latin letters, digits and signs, without spaces');
/** What a person types to sign in. */
const typed = z
  .string()
  .min(1)
  .max(256)
  // oxlint-disable-next-line no-control-regex -- controls are what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must hold no control characters');
const emailAddress = z.email().max(254);
const host = z
  .string()
  .max(253)
  .regex(
    /^(?=.*[a-z0-9])[a-z0-9.:-]+$/i,
    'must be the name of a server, such as smtp.example, without a scheme or a port',
  );

/** Which alerts an outlet posts. Empty lists: all topics, all languages. */
const filter = {
  topics: z.array(topicIdSchema).max(100),
  languages: z.array(langSchema).max(40),
  leastUrgency: urgencySchema,
};
const about = { name: lineSchema(60), enabled: z.boolean(), ...filter };

const fields = {
  telegram: {
    type: z.literal('telegram'),
    server,
    chat: z
      .string()
      .regex(/^(@[a-z]\w{3,31}|-?\d{1,20})$/i, 'must be @ and the channel’s name, or the number of a chat'),
    token: z.string().regex(/^\d{3,20}:[\w-]{20,100}$/, 'must be a bot’s token, as BotFather gives it'),
  },
  email: {
    type: z.literal('email'),
    host,
    port: z.number().int().min(1).max(65_535),
    security: z.enum(['starttls', 'tls', 'none']),
    user: typed.nullable(),
    password: typed.nullable(),
    from: emailAddress,
    fromName: lineSchema(60).nullable(),
    to: z.array(emailAddress).min(1).max(MOST_RECIPIENTS),
  },
  mastodon: {
    type: z.literal('mastodon'),
    server,
    token: printable(8, 512),
    visibility: z.enum(['public', 'unlisted']),
  },
  bluesky: {
    type: z.literal('bluesky'),
    server,
    account: z.string().regex(/^[a-z0-9.:@_+-]{3,253}$/i, 'must be a handle such as news.example'),
    password: printable(1, 256),
  },
} as const;

const stored = { id: z.string(), createdAt: z.string(), ...about };

/** As it is kept, with its secrets. */
export const outletSchema = z.discriminatedUnion('type', [
  z.object({ ...stored, ...fields.telegram }),
  z.object({ ...stored, ...fields.email }),
  z.object({ ...stored, ...fields.mastodon }),
  z.object({ ...stored, ...fields.bluesky }),
]);
/** For workers: an outlet that a later release has stored holds up no alert. */
export const knownOutletSchema = outletSchema.optional().catch(undefined);
export type Outlet = z.infer<typeof outletSchema>;
export type OutletOf<T extends OutletType> = Extract<Outlet, { type: T }>;

const byDefault = {
  enabled: about.enabled.default(true),
  topics: filter.topics.default([]),
  languages: filter.languages.default([]),
  leastUrgency: filter.leastUrgency.default('urgent'),
};
const fresh = { ...about, ...byDefault };

/** The body of `POST /v1/outlets`. */
export const newOutletSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...fresh, ...fields.telegram, server: server.default(TELEGRAM_SERVER) }),
  z.strictObject({
    ...fresh,
    ...fields.email,
    port: fields.email.port.default(587),
    security: fields.email.security.default('starttls'),
    user: fields.email.user.default(null),
    password: fields.email.password.default(null),
    fromName: fields.email.fromName.default(null),
  }),
  z.strictObject({
    ...fresh,
    ...fields.mastodon,
    visibility: fields.mastodon.visibility.default('public'),
  }),
  z.strictObject({ ...fresh, ...fields.bluesky, server: server.default(BLUESKY_SERVER) }),
]);

/** The body of `PATCH /v1/outlets/:id`, by the outlet's type, which stays. */
export const outletPatchSchemas = {
  telegram: z.strictObject({ ...about, ...fields.telegram }).partial(),
  email: z.strictObject({ ...about, ...fields.email }).partial(),
  mastodon: z.strictObject({ ...about, ...fields.mastodon }).partial(),
  bluesky: z.strictObject({ ...about, ...fields.bluesky }).partial(),
} as const satisfies Record<OutletType, z.ZodType>;

/** Never answered. */
export const SECRETS = ['token', 'password'] as const;
