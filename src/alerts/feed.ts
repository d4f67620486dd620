import { readLang } from './filter-text.ts';
import { primaryLanguage } from './language.ts';
import { topicIdSchema } from './schema.ts';

export const FEED_FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** The newest alerts as other programs read them: of one topic or all, in one language or all. */
export interface Feed {
  /** Null: all. */
  readonly topic: string | null;
  /** A primary language; undefined: all. */
  readonly lang: string | undefined;
  readonly format: FeedFormat;
}

/** No topic has this id. */
const ALL = 'all';

/** A feed has one address, whatever else a request's query holds: it is what subscribers of the hub name. */
export const feedUrl = (publicUrl: string, { topic, lang, format }: Feed): string =>
  `${publicUrl}/feeds/${topic ?? ALL}.${format}${lang === undefined ? '' : `?lang=${lang}`}`;

/**
 * @param name the last part of the path: `world.rss` @param lang the text of the parameter
 * @returns undefined if no feed can have this name; `fault`: what is wrong with `lang`
 */
export function readFeed(name: string, lang: string): Feed | { readonly fault: string } | undefined {
  const dot = name.lastIndexOf('.');
  const [id, ending] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  const format = FEED_FORMATS.find((one) => one === ending);
  if (format === undefined || !topicIdSchema.safeParse(id).success) return undefined;
  const read = readLang(lang);
  if ('fault' in read) return read;
  return {
    topic: id === ALL ? null : id,
    lang: read.value === undefined ? undefined : primaryLanguage(read.value),
    format,
  };
}

/** The feed that has exactly this address; undefined: none has. */
export function feedAt(publicUrl: string, address: string): Feed | undefined {
  if (!address.startsWith(`${publicUrl}/feeds/`) || !URL.canParse(address)) return undefined;
  const { pathname, searchParams } = new URL(address);
  const feed = readFeed(pathname.slice(pathname.lastIndexOf('/') + 1), searchParams.get('lang') ?? '');
  if (feed === undefined || 'fault' in feed) return undefined;
  return feedUrl(publicUrl, feed) === address ? feed : undefined;
}
