import { z } from 'zod';
import { langSchema, topicIdSchema, urgencySchema, type Urgency } from '../alerts/schema.ts';
import { FORMATS, type SourceType } from './formats.ts';

const TYPES = Object.keys(FORMATS) as [SourceType, ...SourceType[]];
const MOST_TOPICS = 200;

/** The topic of items whose subjects have none. */
export const DEFAULT_TOPIC = 'default';
/** The urgency of those that have no entry of their own. */
export const OTHER = 'other';
/** The urgency of items that have none. */
export const NONE = 'none';

const DEFAULT_URGENCIES: Readonly<Record<string, Urgency | null>> = {
  '1': 'flash',
  '2': 'urgent',
  '3': 'urgent',
  [OTHER]: null,
  [NONE]: 'normal',
};

export const sourceIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be at most 40 lower-case letters, digits and hyphens');

const settingsShape = {
  type: z.enum(TYPES),
  mode: z
    .enum(['draft', 'send'])
    .default('draft')
    .describe('`draft`: an editor decides. `send`: as if an author had sent it'),
  lang: langSchema.default('ar').describe('Of items that name no language'),
  topics: z
    .record(z.string().min(1).max(300), topicIdSchema.nullable())
    .refine((topics) => Object.keys(topics).length <= MOST_TOPICS, `must have at most ${MOST_TOPICS} entries`)
    .transform((topics) =>
      Object.fromEntries(Object.entries(topics).map(([word, id]) => [word.trim().toLowerCase(), id])),
    )
    .describe('Name or code of a subject or service -> topic; `default`: of items without such a subject'),
  urgencies: z
    .partialRecord(
      z.enum(['1', '2', '3', '4', '5', '6', '7', '8', '9', OTHER, NONE]),
      urgencySchema.nullable(),
    )
    .default(DEFAULT_URGENCIES)
    .transform((urgencies) => ({ [OTHER]: null, [NONE]: 'normal' as const, ...urgencies }))
    .describe('Urgency of the source -> ours; null: no alert'),
};

/** The body of `PUT /v1/sources/:id`. */
export const sourceInputSchema = z.strictObject({
  ...settingsShape,
  secret: z
    .string()
    .regex(/^[\x21-\x7e]{8,256}$/, 'must be 8 to 256 visible ASCII characters without spaces')
    .nullable()
    .optional()
    .describe('Without: the secret stays; a new source gets one, which the answer shows once'),
});

export const sourceSchema = z.object({
  id: sourceIdSchema,
  type: settingsShape.type,
  mode: z.enum(['draft', 'send']),
  lang: z.string(),
  topics: z.record(z.string(), z.string().nullable()),
  urgencies: z.record(z.string(), urgencySchema.nullable()),
});
/** Where alerts come in from besides the desk and the API. */
export type Source = z.infer<typeof sourceSchema>;

/** With what it proves itself: kept as it is, because an HMAC needs the secret itself. No answer and no log has it. */
export const storedSourceSchema = sourceSchema.extend({ secret: z.string() });
export type StoredSource = z.infer<typeof storedSourceSchema>;

export const MOST_SOURCES = 100;
