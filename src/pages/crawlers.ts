import type { Router } from 'express';
import { primaryLanguage } from '../alerts/language.ts';
import { titleOf } from '../alerts/naming.ts';
import { toPublicAlert, type Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { route } from '../http/route.ts';
import { nameIn, type Identity } from './common/identity.ts';
import type { Html } from './html.ts';
import { keepAnswers } from './kept.ts';
import { wellFormed, xml } from './xml.ts';

/** What Google News takes: alerts of two days, a thousand at most. */
const SPAN_MS = 48 * 3_600_000;
const MOST_URLS = 1000;
const PER_CALL = 100;
/** Crawlers come every few minutes. */
const KEPT_MS = 60_000;

/** Serves what only search engines read: `/robots.txt`, and the sitemap of news. */
export function serveCrawlers(
  router: Router,
  deps: {
    readonly alerts: Pick<AlertStore, 'list'>;
    readonly identity: () => Promise<Identity>;
    readonly config: { readonly publicUrl: string };
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  },
): void {
  const { publicUrl } = deps.config;
  const kept = keepAnswers<string>({ forMs: KEPT_MS, most: 1, now: deps.now });

  async function recent(): Promise<Alert[]> {
    const from = deps.now() - SPAN_MS;
    const found: Alert[] = [];
    let before: string | undefined;
    do {
      // One page after the other: readers' requests come in between.
      const page = await deps.alerts.list({ view: 'published', topics: [], from, before, limit: PER_CALL });
      found.push(...page.alerts.map(toPublicAlert));
      before = page.next;
    } while (before !== undefined && found.length < MOST_URLS);
    return found.slice(0, MOST_URLS);
  }

  async function sitemap(): Promise<string> {
    const [alerts, newsroom] = await Promise.all([recent(), deps.identity()]);
    const listed = alerts.filter(isListed);
    const text = xml`<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
${listed.map((alert) => entry(alert, publicUrl, nameIn(newsroom, alert.lang)))}</urlset>
`;
    return wellFormed(text.markup);
  }

  route(router, '/robots.txt', {
    get: (_request, response) => {
      response.set('Cache-Control', 'public, max-age=3600').type('text').send(robots(publicUrl));
    },
  });
  route(router, '/sitemap-news.xml', {
    get: async (_request, response) => {
      const text = await kept('', sitemap);
      response.set('Cache-Control', 'public, max-age=60, stale-while-revalidate=240').type('xml').send(text);
    },
  });
}

/** Not what was taken back, nor what has its article elsewhere: a sitemap names canonical addresses only. */
const isListed = ({ change, url }: Alert): boolean => change !== 'retraction' && url === null;

/** https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap */
function entry(alert: Alert, publicUrl: string, name: string): Html {
  const { id, lang, version, createdAt } = alert;
  const publishedAt = alert.publishedAt ?? createdAt;
  return xml`<url>
<loc>${publicUrl}/a/${id}</loc>
<lastmod>${publishedAt}</lastmod>
<news:news>
<news:publication><news:name>${name}</news:name><news:language>${primaryLanguage(lang)}</news:language></news:publication>
<news:publication_date>${version === 1 ? publishedAt : createdAt}</news:publication_date>
<news:title>${titleOf(alert, lang)}</news:title>
</news:news>
</url>
`;
}

const robots = (publicUrl: string): string => `User-agent: *
Disallow: /desk
Disallow: /v1/
Disallow: /docs
Disallow: /websub

Sitemap: ${publicUrl}/sitemap-news.xml
`;
