import { z } from 'zod';
import { namesSchema } from '../alerts/names.ts';
import { httpsUrlSchema, langSchema } from '../alerts/schema.ts';
import type { AuditLog } from '../editors/audit.ts';
import { createAuditedHash } from '../editors/audited-hash.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { LANGUAGES } from '../words/language.ts';
import { ALERT_PAGE } from '../words/words.ts';
import { contrastWithWhite, LEAST_CONTRAST } from './contrast.ts';

const MOST_LANGUAGES = 40;
const UNDO_SECONDS = 5;
/** How long a send can wait for an undo at most. */
export const MAX_UNDO_SECONDS = 30;
const DUPLICATE_HOURS = 6;
const STORY_DAYS = 3;
const HOUR_MS = 3_600_000;

const urlSchema = httpsUrlSchema
  .refine((url) => url === null || url.length <= 300, 'must have at most 300 characters')
  .nullable()
  .default(null);

/** What an admin sets: the body of `PUT /v1/newsroom`. */
export const newsroomSchema = z.strictObject({
  /** By BCP 47 tag. */
  name: namesSchema(40),
  /** Where the newsroom's name leads to; null: our front page. */
  homeUrl: urlSchema,
  /** A square picture; null: ours. */
  logo: urlSchema,
  /** Of the bar and of the manifest, under white text; null: ours. */
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #b3121d')
    .transform((colour) => colour.toLowerCase())
    .refine(
      (colour) => contrastWithWhite(colour) >= LEAST_CONTRAST,
      `must be darker: white text on it needs a contrast of ${LEAST_CONTRAST}`,
    )
    .nullable()
    .default(null),
  /** In which alerts are written, the most used first. */
  languages: z
    .array(langSchema)
    .min(1)
    .max(MOST_LANGUAGES)
    .transform((languages) => [...new Set(languages)])
    .default([...LANGUAGES]),
  /** Which alerts a second editor must agree to. */
  approval: z.enum(['never', 'flash', 'always']),
  /** How long a send at the desk can be undone. */
  undoSeconds: z.number().int().min(0).max(MAX_UNDO_SECONDS).default(UNDO_SECONDS),
  /** How long the same content is refused; 0: never. */
  duplicateHours: z.number().min(0).max(168).default(DUPLICATE_HOURS),
  /** How many days after its last alert a story ends. */
  storyDays: z.number().int().min(1).max(30).default(STORY_DAYS),
});
export type NewsroomSettings = z.infer<typeof newsroomSchema>;

/** The settings of the house. They count from the next request on, in every process. */
export interface SettingsStore {
  get(): Promise<NewsroomSettings>;
  put(settings: NewsroomSettings, editorId: string): Promise<void>;
}

/** The only name in the hash. */
export const SETTINGS = 'settings';

/**
 * @param stored null: an admin has set nothing yet
 * @param rule.requireApproval counts until then
 */
export function parseSettings(
  stored: string | null,
  { requireApproval }: { readonly requireApproval: boolean },
): NewsroomSettings {
  if (stored !== null) return newsroomSchema.parse(JSON.parse(stored));
  return {
    name: Object.fromEntries(Object.entries(ALERT_PAGE).map(([lang, { site }]) => [lang, site])),
    homeUrl: null,
    logo: null,
    colour: null,
    languages: [...LANGUAGES],
    approval: requireApproval ? 'always' : 'never',
    undoSeconds: UNDO_SECONDS,
    duplicateHours: DUPLICATE_HOURS,
    storyDays: STORY_DAYS,
  };
}

/** @param deps.requireApproval counts until an admin has set the rule */
export const readSettings = (deps: {
  readonly redis: Redis;
  readonly requireApproval: boolean;
}): Pick<SettingsStore, 'get'> => ({
  get: async () => parseSettings(await deps.redis.hget(keys.newsroom, SETTINGS), deps),
});

export function createSettings(
  deps: Parameters<typeof readSettings>[0] & { readonly audit: Pick<AuditLog, 'commit'> },
): SettingsStore {
  const stored = createAuditedHash({ ...deps, key: keys.newsroom, schema: newsroomSchema, most: 1 });
  return {
    ...readSettings(deps),
    put: async (settings, editorId) => {
      await stored.set(SETTINGS, { editorId, action: 'newsroom.change' }, () => settings);
    },
  };
}

export const guardMsOf = ({ duplicateHours }: NewsroomSettings): number => duplicateHours * HOUR_MS;

export const storyMsOf = ({ storyDays }: NewsroomSettings): number => storyDays * 24 * HOUR_MS;

/** How the newsroom is seen. */
export const identityOf = ({
  name,
  homeUrl,
  logo,
  colour,
}: NewsroomSettings): Pick<NewsroomSettings, 'name' | 'homeUrl' | 'logo' | 'colour'> => ({
  name,
  homeUrl,
  logo,
  colour,
});
