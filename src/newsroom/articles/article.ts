import { convert } from 'html-to-text';
import { Parser } from 'htmlparser2';
import { z } from 'zod';
import { langSchema, storedUrl } from '../../alerts/schema.ts';
import { readText } from '../../alerts/text.ts';
import type { Page } from './fetch-page.ts';

const MOST_TEXT = 200_000;

/** What an article's page says of itself: the start of an alert. */
export const articleSchema = z.strictObject({
  /** Where the link leads. */
  url: z.string(),
  /** The address that the page wants to be linked by, if it is on the same site. */
  canonicalUrl: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  image: z.string().nullable(),
  imageAlt: z.string().nullable(),
  siteName: z.string().nullable(),
  /** BCP 47. */
  lang: z.string().nullable(),
});
export type Article = z.infer<typeof articleSchema>;

/** Reads what links to a page show: Open Graph (ogp.me), and what HTML itself has for it. */
export function readArticle(page: Page): Article {
  const { metas, title, lang, canonical } = readHead(page.html);
  const first = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const text = cleaned(metas.get(name));
      if (text !== null) return text;
    }
    return null;
  };
  const image = first('og:image:secure_url', 'og:image', 'twitter:image');
  return {
    url: page.url,
    canonicalUrl: ownAddress(canonical ?? metas.get('og:url'), page.url),
    title: first('og:title', 'twitter:title') ?? cleaned(title),
    description: first('og:description', 'description', 'twitter:description'),
    image: image === null ? null : absolute(image, page.url),
    imageAlt: first('og:image:alt', 'twitter:image:alt'),
    siteName: first('og:site_name', 'application-name'),
    lang: langSchema.safeParse(lang ?? metas.get('og:locale')?.replace('_', '-')).data ?? null,
  };
}

/** The words of a page, without scripts and styles. */
export const textOfPage = ({ html }: Page): string =>
  convert(html.slice(0, MOST_TEXT), {
    wordwrap: false,
    limits: { maxDepth: 100 },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
    ],
  });

interface Head {
  readonly metas: ReadonlyMap<string, string>;
  readonly title: string | undefined;
  readonly lang: string | undefined;
  readonly canonical: string | undefined;
}

function readHead(html: string): Head {
  const metas = new Map<string, string>();
  let [title, lang, canonical]: (string | undefined)[] = [];
  let inTitle = false;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (name === 'html') lang ??= attributes['lang'];
        if (name === 'title' && title === undefined) inTitle = true;
        if (name === 'link' && /(^|\s)canonical(\s|$)/i.test(attributes['rel'] ?? '')) {
          canonical ??= attributes['href'];
        }
        if (name !== 'meta') return;
        const key = (attributes['property'] ?? attributes['name'] ?? '').toLowerCase();
        const { content } = attributes;
        if (key !== '' && content !== undefined && !metas.has(key)) metas.set(key, content);
      },
      ontext: (text) => {
        if (inTitle) title = (title ?? '') + text;
      },
      onclosetag: (name) => {
        if (name === 'title') inTitle = false;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return { metas, title, lang, canonical };
}

function cleaned(text: string | undefined): string | null {
  if (text === undefined) return null;
  const read = readText(text.replace(/\s+/gu, ' ').trim());
  return 'text' in read && read.text !== '' ? read.text.slice(0, 1000) : null;
}

function absolute(text: string, base: string): string | null {
  return URL.canParse(text, base) ? (storedUrl(new URL(text, base).href) ?? null) : null;
}

/** Some pages name the address of another site, or a relative one. */
function ownAddress(text: string | undefined, url: string): string {
  const found = text === undefined ? null : absolute(text, url);
  return found !== null && siteOf(found) === siteOf(url) ? found : url;
}

const siteOf = (url: string): string => new URL(url).hostname.replace(/^(www|m|amp)\./, '');
