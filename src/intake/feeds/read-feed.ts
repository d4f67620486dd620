import { parseFeed } from 'feedsmith';
import { storedUrl } from '../../alerts/schema.ts';
import { htmlText } from '../formats/html-text.ts';
import { readLang } from '../formats/lang.ts';
import { readTime } from '../formats/time.ts';
import type { FeedLinks } from './websub/links.ts';

/** What a feed says of one item, whatever kind of feed it is. */
export interface FeedItem {
  /** `guid`, `atom:id`, or else its link. */
  readonly id: string;
  readonly title: string;
  readonly text: string | null;
  /** https only. */
  readonly url: string | null;
  readonly categories: readonly string[];
  readonly lang: string | null;
  /** Milliseconds since the epoch; null: it does not say. */
  readonly publishedAt: number | null;
  readonly updatedAt: number | null;
}

export type ReadFeed =
  { readonly items: readonly FeedItem[]; readonly links: FeedLinks } | { readonly fault: string };

const MOST_ITEMS = 500;
const MOST_ID = 2000;
const MOST_TITLE = 2000;
const MOST_CATEGORIES = 100;

interface Parts {
  readonly ids: readonly (string | undefined)[];
  readonly title: string | undefined;
  readonly texts: readonly (string | undefined)[];
  readonly link: string | undefined;
  readonly categories: readonly (string | undefined)[];
  readonly lang: string | undefined;
  readonly published: readonly (string | undefined)[];
  readonly updated: readonly (string | undefined)[];
}

/** RSS, RDF, Atom or JSON Feed. Never throws. A document type is refused: no feed needs one, and attacks do. */
export function readFeed(body: Buffer): ReadFeed {
  try {
    const text = decode(body);
    if (hasDoctype(text)) return { fault: 'it has a document type (DOCTYPE)' };
    const read = parse(text);
    return { items: partsOf(read).flatMap((parts) => toItem(parts) ?? []), links: linksOf(read) };
  } catch {
    return { fault: 'it is no feed: neither RSS, Atom nor JSON Feed' };
  }
}

/** The library reads a document type wherever it stands, but not in a text that is quoted as it is. */
const hasDoctype = (text: string): boolean =>
  /<!(?:DOCTYPE|ENTITY)/i.test(text.trimStart().startsWith('{') ? '' : withoutQuoted(text));

function withoutQuoted(text: string): string {
  const [first = '', ...rest] = text.split('<![CDATA[');
  return first + rest.map((part) => part.slice(Math.max(0, part.indexOf(']]>')))).join('');
}

const parse = (text: string) => parseFeed(text, { maxItems: MOST_ITEMS });
type Read = ReturnType<typeof parse>;

function linksOf(read: Read): FeedLinks {
  if (read.format === 'json') {
    const hub = read.feed.hubs?.find(({ type }) => type?.toLowerCase() === 'websub')?.url;
    return { hub: hub ?? null, self: read.feed.feed_url ?? null };
  }
  const links = (read.format === 'atom' ? read.feed.links : read.feed.atom?.links) ?? [];
  const first = (relation: string): string | null =>
    links.find(({ rel }) => rel?.toLowerCase().split(/\s+/).includes(relation))?.href ?? null;
  return { hub: first('hub'), self: first('self') };
}

function partsOf(read: Read): Parts[] {
  switch (read.format) {
    case 'rss':
      return (read.feed.items ?? []).map(
        ({ guid, link, title, description, categories, pubDate, dc, content, atom }) => ({
          ids: [guid?.value, link],
          title,
          texts: [description, content?.encoded],
          link: link ?? (guid?.isPermaLink === false ? undefined : guid?.value),
          categories: categories?.map(({ name }) => name) ?? [],
          lang: dc?.languages?.[0] ?? read.feed.language,
          published: [pubDate, dc?.dates?.[0]],
          updated: [atom?.updated],
        }),
      );
    case 'atom':
      return (read.feed.entries ?? []).map((entry) => ({
        ids: [entry.id],
        title: entry.title?.value,
        texts: [entry.summary?.value, entry.content?.value],
        link: (entry.links?.find(({ rel = 'alternate' }) => rel === 'alternate') ?? entry.links?.[0])?.href,
        categories: entry.categories?.flatMap(({ term, label }) => [term, label]) ?? [],
        lang: entry.xml?.lang ?? read.feed.xml?.lang,
        published: [entry.published, entry.updated],
        updated: [entry.updated],
      }));
    case 'rdf':
      return (read.feed.items ?? []).map(({ rdf, link, title, description, dc }) => ({
        ids: [rdf?.about, link],
        title,
        texts: [description],
        link,
        categories: dc?.subjects ?? [],
        lang: dc?.languages?.[0] ?? read.feed.dc?.languages?.[0],
        published: [dc?.dates?.[0]],
        updated: [],
      }));
    case 'json':
      break;
  }
  return (read.feed.items ?? []).map((item) => ({
    ids: [item.id, item.url],
    title: item.title,
    texts: [item.summary, item.content_text, item.content_html],
    link: item.url,
    categories: item.tags ?? [],
    lang: item.language ?? read.feed.language,
    published: [item.date_published, item.date_modified],
    updated: [item.date_modified],
  }));
}

const given = (texts: readonly (string | undefined)[]): string | undefined =>
  texts.find((text) => typeof text === 'string' && text.trim() !== '');

function toItem(parts: Parts): FeedItem | undefined {
  const id = given(parts.ids)?.trim();
  if (id === undefined || id.length > MOST_ID) return undefined;
  const text = given(parts.texts);
  return {
    id,
    title: htmlText((parts.title ?? '').slice(0, MOST_TITLE)).replace(/\s+/g, ' '),
    text: text === undefined ? null : htmlText(text) || null,
    url: storedUrl(parts.link ?? '') ?? null,
    categories: parts.categories.flatMap((name) => name?.trim() || []).slice(0, MOST_CATEGORIES),
    lang: readLang(parts.lang) ?? null,
    publishedAt: timeOf(parts.published),
    updatedAt: timeOf(parts.updated),
  };
}

/** RFC 822 as RSS has it, or RFC 3339. A time without its zone is none: the server's zone is not the feed's. */
function timeOf(written: readonly (string | undefined)[]): number | null {
  for (const text of written) {
    const trimmed = text?.trim() ?? '';
    const hasZone = /(?:[+-]\d{4}|\b(?:GMT|UTC?|Z|[ECMP][SD]T))$/i.test(trimmed);
    const ms = readTime(trimmed) ?? (hasZone ? Date.parse(trimmed) : Number.NaN);
    if (!Number.isNaN(ms)) return ms;
  }
  return null;
}

function decode(body: Buffer): string {
  const start = body.subarray(0, 200).toString('latin1');
  const declared = /<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']/i.exec(start)?.[1];
  try {
    return new TextDecoder(declared ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
