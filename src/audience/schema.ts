import { z } from 'zod';
import { isRealLanguage, withPrimaryLanguage } from '../alerts/language.ts';
import { MAX_TOPICS } from '../alerts/filter-text.ts';
import { langSchema, topicIdSchema, urgencySchema, type Urgency } from '../alerts/schema.ts';

/** Bytes in base64url or standard base64 (RFC 4648, sections 4 and 5), with padding or without; as base64url without. */
export const base64 = (bytes: number) =>
  z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'must be base64url or base64')
    .transform((text, context) => {
      const decoded = Buffer.from(text, 'base64url');
      const canonical = decoded.toString('base64url');
      const given = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
      if (decoded.length === bytes && canonical === given) return canonical;
      context.addIssue({ code: 'custom', message: `must decode to ${bytes} bytes` });
      return z.NEVER;
    });

/** The secret of every address. That of Web Push is made by the browser (RFC 8291, section 3.2). */
export const authSchema = base64(16);

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
  /** False: not even a flash comes then. */
  flash: z.boolean().optional(),
});
export type QuietHours = z.infer<typeof quietHoursSchema>;

/**
 * A reader's language. Each language costs a bitmap in every shard where a reader has it, so tags that name no language
 * are refused (docs/decisions/0016).
 */
const readerLangSchema = langSchema
  .refine(isRealLanguage, 'must be an existing language, such as ar, en or pt-BR')
  .transform(withPrimaryLanguage);

/** A reader's choices. `urgency` is the quietest that the reader still gets; a reader without `lang` gets every language. */
export const preferencesSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(MAX_TOPICS),
  urgency: urgencySchema.default('normal'),
  lang: readerLangSchema.optional(),
  quietHours: quietHoursSchema.optional(),
  dailyCap: z.number().int().min(1).max(1000).optional(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/**
 * The body of `PATCH /v1/subscriptions/:id` (RFC 7396): null removes, and members are merged. Each member is checked here;
 * the script that merges checks that quiet hours are whole afterwards (audience/scripts/patch.ts).
 */
export const preferencesPatchSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(MAX_TOPICS).optional(),
  urgency: urgencySchema.nullable().optional(),
  lang: readerLangSchema.nullable().optional(),
  quietHours: z
    .strictObject({
      start: quietHoursSchema.shape.start.nullable(),
      end: quietHoursSchema.shape.end.nullable(),
      timeZone: quietHoursSchema.shape.timeZone.nullable(),
      flash: z.boolean().nullable(),
    })
    .partial()
    .nullable()
    .optional(),
  dailyCap: z.number().int().min(1).max(1000).nullable().optional(),
});
export type PreferencesPatch = z.infer<typeof preferencesPatchSchema>;

/** The readers that an alert version is for. */
export interface AudienceQuery {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang: string;
  readonly story?: StoryAudience | undefined;
}

/** What the story of an alert says of its readers: the story's members get it, whatever topics they follow. */
export interface StoryAudience {
  readonly id: string;
  /** A follow-up: nobody else gets it. */
  readonly membersOnly: boolean;
  /** Not even those who have an earlier version get it, if they have left the story. */
  readonly withoutLeavers: boolean;
  /** Until when it is kept who follows the story, ms since the epoch. */
  readonly keptUntilMs: number;
}
