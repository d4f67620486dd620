import { z } from 'zod';

export const EVERY_SECONDS = 60;
export const MAX_AGE_MINUTES = 30;

/** How a feed is looked at. */
export interface FeedSettings {
  readonly url: string;
  /** A category, or how a title begins: only items with it make alerts. Null: all do. */
  readonly mark: string | null;
  readonly everySeconds: number;
  readonly maxAgeMinutes: number;
}

const given = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

/** The settings that only a `feed` has. */
export const feedShape = {
  url: z
    .string()
    .max(2048)
    .nullable()
    .optional()
    .transform(given)
    .describe('Of a `feed`: RSS, Atom or JSON Feed'),
  mark: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .nullable()
    .optional()
    .describe(
      'Of a `feed`: a category, or how a title begins (`عاجل`). Of a `ghost`: a tag, `#breaking` without it. Only items with it make alerts; null: all of them do',
    ),
  everySeconds: z
    .number()
    .int()
    .min(30)
    .max(3600)
    .nullable()
    .optional()
    .transform(given)
    .describe(`Of a \`feed\`: we look so often at most; ${EVERY_SECONDS} without`),
  maxAgeMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .nullable()
    .optional()
    .transform(given)
    .describe(`Of a \`feed\`: what is older makes no alert; ${MAX_AGE_MINUTES} without`),
};

/** What is wrong with the settings of a feed, or with such settings of another source. */
export function feedFaults(source: {
  readonly type: string;
  readonly url?: string | undefined;
  readonly mark?: string | null | undefined;
  readonly everySeconds?: number | undefined;
  readonly maxAgeMinutes?: number | undefined;
}): { readonly path: string[]; readonly message: string }[] {
  if (source.type === 'feed') {
    return [
      ...(source.url === undefined ? [{ path: ['url'], message: 'must be the address of the feed' }] : []),
      ...(source.mark === undefined
        ? [{ path: ['mark'], message: 'must be a category or the beginning of titles; null for all items' }]
        : []),
    ];
  }
  const names = [
    ...(source.type === 'ghost' ? [] : (['mark'] as const)),
    'url',
    'everySeconds',
    'maxAgeMinutes',
  ] as const;
  return names
    .filter((name) => source[name] !== undefined && source[name] !== null)
    .map((name) => ({ path: [name], message: 'is for a source of the type feed' }));
}
