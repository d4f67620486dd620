import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { langSchema, topicIdSchema, URGENCIES, urgencySchema, type Urgency } from '../alerts/schema.ts';
import {
  EVERY_SECONDS,
  feedFaults,
  feedShape,
  MAX_AGE_MINUTES,
  type FeedSettings,
} from './feeds/feed-settings.ts';
import { FORMATS, type FormatName } from './formats.ts';

const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];
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
  type: z.enum([...FORMAT_NAMES, 'feed']).describe('`feed`: we look at its `url`. The others send to us'),
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
      z.enum(['1', '2', '3', '4', '5', '6', '7', '8', '9', ...URGENCIES, OTHER, NONE]),
      urgencySchema.nullable(),
    )
    .default(DEFAULT_URGENCIES)
    .transform((urgencies) => ({ [OTHER]: null, [NONE]: 'normal' as const, ...urgencies }))
    .describe(
      'Urgency of the source -> ours; null: no alert. One that has our name stays where it is not listed',
    ),
};

const certificateSchema = z
  .string()
  .max(10_000)
  .refine(isCertificate, 'must be a certificate (PEM)')
  .nullable()
  .optional()
  .transform((pem) => pem ?? undefined)
  .describe('Of a `cap` source: its messages must be signed by this key');

const unpublishedSchema = z
  .enum(['leave', 'retract'])
  .nullable()
  .optional()
  .transform((choice) => choice ?? undefined)
  .describe('Of a `ghost`: what becomes of an alert whose post is unpublished. `leave` without it');

/** Present only where it is set, so that earlier answers stay as they were. */
const silentSchema = z
  .number()
  .int()
  .min(1)
  .max(44_640)
  .nullable()
  .optional()
  .transform((minutes) => minutes ?? undefined)
  .describe('The source is told as silent when nothing has come for so long; null: never');

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey.type === 'public';
  } catch {
    return false;
  }
}

/** The body of `PUT /v1/sources/:id`. */
export const sourceInputSchema = z
  .strictObject({
    ...settingsShape,
    ...feedShape,
    certificate: certificateSchema,
    unpublished: unpublishedSchema,
    silentMinutes: silentSchema,
    secret: z
      .string()
      .regex(/^[\x21-\x7e]{8,256}$/, 'must be 8 to 256 visible ASCII characters without spaces')
      .nullable()
      .optional()
      .describe('Without: the secret stays; a new source gets one, which the answer shows once'),
  })
  .superRefine((source, context) => {
    const faults = [...feedFaults(source), ...ghostFaults(source)];
    for (const { path, message } of faults) context.addIssue({ code: 'custom', path, message });
  });

export const sourceSchema = z.object({
  id: sourceIdSchema,
  type: settingsShape.type,
  mode: z.enum(['draft', 'send']),
  lang: z.string(),
  topics: z.record(z.string(), z.string().nullable()),
  urgencies: z.record(z.string(), urgencySchema.nullable()),
  /** PEM. What the source sends must be signed by its key. */
  certificate: z.string().optional(),
  unpublished: z.enum(['leave', 'retract']).optional(),
  silentMinutes: z.number().optional(),
  url: z.string().optional(),
  mark: z.string().nullable().optional(),
  everySeconds: z.number().optional(),
  maxAgeMinutes: z.number().optional(),
});
/** Where alerts come in from besides the desk and the API. */
export type Source = z.infer<typeof sourceSchema>;

/** With what it proves itself: kept as it is, because an HMAC needs the secret itself. No answer and no log has it. */
export const storedSourceSchema = sourceSchema.extend({ secret: z.string() });
export type StoredSource = z.infer<typeof storedSourceSchema>;

const ghostFaults = ({ type, unpublished }: Pick<Source, 'type' | 'unpublished'>) =>
  type === 'ghost' || unpublished === undefined
    ? []
    : [{ path: ['unpublished'], message: 'is for a source of the type ghost' }];

/** Which tag makes an alert of a post, in lower case; null: none is needed. Feeds look for theirs by themselves. */
export const markOf = ({ type, mark }: Pick<Source, 'type' | 'mark'>): string | null =>
  type === 'ghost' ? (mark === undefined ? '#breaking' : (mark?.trim().toLowerCase() ?? null)) : null;

export const MOST_SOURCES = 100;

/** How a source's feed is looked at; undefined: the source sends by itself. */
export function feedSettingsOf({ type, url, ...settings }: Source): FeedSettings | undefined {
  if (type !== 'feed' || url === undefined) return undefined;
  const { mark = null, everySeconds = EVERY_SECONDS, maxAgeMinutes = MAX_AGE_MINUTES } = settings;
  return { url, mark, everySeconds, maxAgeMinutes };
}
