import { z } from 'zod';
import { readText } from './text.ts';

/** How loudly: `flash` wakes everyone, `urgent` is breaking news, `normal` is quiet. In falling order. */
export const URGENCIES = ['flash', 'urgent', 'normal'] as const;
export const urgencySchema = z.enum(URGENCIES);
export type Urgency = z.infer<typeof urgencySchema>;

/** Why a version exists. */
export const changeSchema = z.enum(['new', 'update', 'correction', 'retraction']);

export const STATUSES = [
  'draft',
  'awaiting-approval',
  'scheduled',
  'sending',
  'sent',
  'superseded',
  'cancelled',
  'aborted',
  'retracted',
] as const;
export const statusSchema = z.enum(STATUSES);
export type AlertStatus = z.infer<typeof statusSchema>;

/** Statuses whose alerts every reader may see. */
export const PUBLIC_STATUSES: readonly AlertStatus[] = [
  'sending',
  'sent',
  'superseded',
  'aborted',
  'retracted',
];

/** Statuses of versions that no reader sees yet. */
export const WAITING_STATUSES: readonly AlertStatus[] = ['draft', 'awaiting-approval', 'scheduled'];

export const isPublic = (status: AlertStatus): boolean => PUBLIC_STATUSES.includes(status);

export const topicIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be at most 40 lower-case letters, digits and hyphens');

/** A BCP 47 language tag, in canonical form. */
export const langSchema = z
  .string()
  .max(35)
  .transform((tag, context) => {
    try {
      const [canonical] = Intl.getCanonicalLocales(tag);
      if (canonical !== undefined) return canonical;
    } catch {
      // falls through to the issue below
    }
    context.addIssue({ code: 'custom', message: 'must be a BCP 47 language tag such as ar, en or pt-BR' });
    return z.NEVER;
  });

/** A character that leaves ink: no space, no character without width, no filler, and not the empty Braille cell. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A text that people read. */
export const text = (min: number, max: number) =>
  z
    .string()
    .transform((raw, context) => {
      const read = readText(raw);
      if ('text' in read) return read.text;
      context.addIssue({ code: 'custom', message: read.fault });
      return z.NEVER;
    })
    .pipe(z.string().min(min).max(max));

/** A line that people read: a headline, a name. */
export const lineSchema = (max: number) =>
  text(1, max)
    .refine((value) => !value.includes('\n'), 'must be a single line')
    .refine((value) => VISIBLE.test(value), 'must contain a visible character');

/**
 * A link in its stored form: ASCII, as the URL Standard serializes it, so every browser reads it alike. Undefined unless it
 * is an absolute https URL without credentials. An Arabic letter of a path takes six characters.
 */
export function storedUrl(text: string): string | undefined {
  const url = /^\s*https:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url?.username === '' && url.password === '' ? url.href : undefined;
}

/** An empty text is no link, as null is. */
export const httpsUrlSchema = z
  .string()
  .transform((value, context) => {
    if (value.trim() === '') return null;
    const stored = storedUrl(value);
    if (stored !== undefined) return stored;
    context.addIssue({ code: 'custom', message: 'must be an https:// URL without credentials' });
    return z.NEVER;
  })
  .pipe(z.string().max(2048).nullable());
export const timeSchema = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString());

/** One version of an alert as readers see it. Times are RFC 3339 UTC; absent values are null. */
export const alertSchema = z.object({
  id: z.string(),
  version: z.number().int().min(1),
  change: changeSchema,
  note: z.string().nullable(),
  headline: z.string(),
  body: z.string().nullable(),
  url: z.string().nullable(),
  image: z.string().nullable(),
  /** What the picture shows, for readers who do not see it. */
  imageAlt: z.string().nullable(),
  imageCaption: z.string().nullable(),
  imageCredit: z.string().nullable(),
  lang: z.string(),
  dir: z.enum(['ltr', 'rtl']),
  topics: z.array(z.string()),
  urgency: urgencySchema,
  status: statusSchema,
  createdAt: z.string(),
  publishedAt: z.string().nullable(),
  expiresAt: z.string(),
  sendAt: z.string().nullable(),
  /** Id of the story that it belongs to. */
  story: z.string().nullable(),
  /** Left out where it is false. */
  silent: z.literal(true).optional(),
  /** Of a silent version: the newest version before it that was not silent. */
  inPlaceOf: z
    .strictObject({ version: z.number().int().min(1), change: changeSchema, note: z.string().nullable() })
    .optional(),
});
export type Alert = z.infer<typeof alertSchema>;

/** The view of editors, which has more fields. */
export const editorAlertSchema = alertSchema.extend({
  /** Id of the editor who created the alert. */
  author: z.string(),
  /** Id of the editor who wrote this version. */
  createdBy: z.string(),
  approvedBy: z.string().nullable(),
  /** Of an alert of a story: it goes to everybody, and not only to those who follow the story. */
  escalate: z.boolean(),
  /** `expiresAt` was chosen. Otherwise it is an hour after the version goes out. */
  ownExpiry: z.boolean(),
  /** The second person's decision about this version. */
  review: z
    .strictObject({
      decision: z.enum(['approve', 'reject']),
      by: z.string(),
      at: z.string(),
      note: z.string().nullable(),
      /** Why the author was allowed to approve. */
      bypass: z.string().nullable(),
    })
    .nullable(),
  /** Why a version is cancelled that nobody cancelled: it was scheduled, and expired before it could be sent. */
  cancelledBecause: z.literal('expired').optional(),
});
export type EditorAlert = z.infer<typeof editorAlertSchema>;

const EDITORS_ONLY = [
  'author',
  'createdBy',
  'approvedBy',
  'escalate',
  'ownExpiry',
  'review',
  'cancelledBecause',
] as const;

/** The readers' view of an alert, without the newsroom's fields. */
export function toPublicAlert(alert: EditorAlert): Alert {
  const shown: Partial<EditorAlert> = { ...alert };
  for (const name of EDITORS_ONLY) delete shown[name];
  return shown as Alert;
}
