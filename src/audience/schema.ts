import { z } from 'zod';
import { primaryLanguage } from '../alerts/language.ts';
import { langSchema, topicIdSchema, urgencySchema, type Urgency } from '../alerts/schema.ts';

const base64url = (bytes: number) =>
  z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_-]+={0,2}$/, 'must be base64url')
    .refine((value) => Buffer.from(value, 'base64url').length === bytes, `must decode to ${bytes} bytes`);

/** `PushSubscription.toJSON()` of the Push API (W3C). The endpoint's policy is checked by the push room. */
export const pushSubscriptionSchema = z.object({
  endpoint: z.string().min(1).max(2048),
  expirationTime: z.number().nullable().optional(),
  keys: z.object({ p256dh: base64url(65), auth: base64url(16) }),
});

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

export const quietHoursSchema = z.strictObject({
  start: timeOfDay,
  end: timeOfDay,
  timeZone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as Asia/Riyadh'),
});

/**
 * A reader's language. Each costs a bitmap in every shard where somebody has it, so what cannot be a language is none:
 * all there are have two or three letters (ISO 639; RFC 5646, section 2.2.1), while a well-formed tag may have eight.
 */
const readerLangSchema = langSchema.refine(
  (tag) => primaryLanguage(tag).length <= 3,
  'must be a language of ISO 639 (two or three letters), such as ar, en or pt-BR',
);

/** What a reader chose. `urgency` is the quietest that still comes; without `lang` every language comes. */
export const preferencesSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(50),
  urgency: urgencySchema.default('normal'),
  lang: readerLangSchema.optional(),
  quietHours: quietHoursSchema.optional(),
  dailyCap: z.number().int().min(1).max(1000).optional(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** The body of `POST /v1/subscriptions`. */
export const newSubscriptionSchema = preferencesSchema.extend({ subscription: pushSubscriptionSchema });

/** The body of `PATCH /v1/subscriptions/:id` (RFC 7396: null removes). */
export const preferencesPatchSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(50).optional(),
  urgency: urgencySchema.optional(),
  lang: readerLangSchema.nullable().optional(),
  quietHours: quietHoursSchema.nullable().optional(),
  dailyCap: z.number().int().min(1).max(1000).nullable().optional(),
});
export type PreferencesPatch = z.infer<typeof preferencesPatchSchema>;

/** Whom an alert version is for. */
export interface AudienceQuery {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang: string;
}
