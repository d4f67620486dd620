import type { Request, Response, Router } from 'express';
import { readLang, readTopics, readUrgency } from '../alerts/filter-text.ts';
import { toPublicAlert, URGENCIES, type Alert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { route } from '../http/route.ts';
import type { Logger } from '../ops/logger.ts';
import { barTree } from './bar-markup.ts';
import { sharedAnswer, sendShared } from './caching.ts';
import { WORD_ATTRIBUTES } from './common/bar-words.ts';
import { html, type Html } from './html.ts';
import { keepAnswers } from './kept.ts';

/** A page that includes it is made anew for each reader, or kept as long as its site likes. */
const CACHING = 'public, max-age=1, stale-while-revalidate=4';
const KEPT_MS = 500;
const MOST_KEPT = 50;
/** The bar's alert is among the newest that match: retractions stand before it, and what has expired. */
const LOOKED_AT = 20;
const POSITIONS = new Set(['top', 'sticky', 'bottom']);
const MOST_LABEL = 60;

interface BarQuery {
  readonly topics: readonly string[];
  readonly lang: string | undefined;
  /** The lowest. */
  readonly urgency: Alert['urgency'];
  /** The element's attributes as the site wrote them. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Serves `/bar.html`: `<ajil-bar>` with what it shows at first, for a page to include on its server. The bar is then there
 * before any script, and `bar.js` takes it over without moving anything. Without an alert the element is empty.
 */
export function serveBarFragment(
  router: Router,
  deps: {
    readonly alerts: Pick<AlertStore, 'list'>;
    readonly config: { readonly publicUrl: string };
    readonly logger: Logger;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  },
): void {
  const { publicUrl } = deps.config;
  const kept = keepAnswers<readonly Alert[]>({ forMs: KEPT_MS, most: MOST_KEPT, now: deps.now });

  const newest = ({ topics, lang }: BarQuery): Promise<readonly Alert[]> =>
    kept(JSON.stringify([topics, lang]), async () => {
      const { alerts } = await deps.alerts.list({ view: 'published', topics, lang, limit: LOOKED_AT });
      return alerts.map(toPublicAlert);
    });

  async function show(request: Request, response: Response): Promise<void> {
    response.set('X-Robots-Tag', 'noindex');
    const query = readBarQuery(request.query);
    if (typeof query === 'string') {
      // In a page, a comment is all that may be seen of a fault.
      response.status(400).set('Cache-Control', 'public, max-age=60').type('html');
      response.send(`<!-- ajil-bar: ${query} is wrong; see docs/embedding.md -->`);
      return;
    }
    const nowMs = deps.now();
    try {
      const alert = (await newest(query)).find((one) => isShown(one, query, nowMs));
      const fragment = element(query, alert, publicUrl, nowMs);
      sendShared(response, 'html', sharedAnswer(fragment.markup, undefined, nowMs), CACHING);
    } catch (error) {
      // Whatever includes it, the page stays whole, and the script shows the bar.
      deps.logger.error({ err: error }, 'served the bar without its alert');
      response.status(503).set({ 'Cache-Control': 'no-store', 'Retry-After': '1' }).type('html');
      response.send(element(query, undefined, publicUrl, nowMs).markup);
    }
  }

  route(router, '/bar.html', { get: show });
}

/** As `src/web/bar/board.ts` chooses: retractions are for readers who saw the alert. */
const isShown = (alert: Alert, { urgency }: BarQuery, nowMs: number): boolean =>
  alert.change !== 'retraction' &&
  URGENCIES.indexOf(alert.urgency) <= URGENCIES.indexOf(urgency) &&
  Date.parse(alert.expiresAt) > nowMs;

function element({ attributes }: BarQuery, alert: Alert | undefined, publicUrl: string, nowMs: number): Html {
  const first: [string, string][] = alert === undefined ? [] : [['first', JSON.stringify(alert)]];
  const written = [['origin', publicUrl] as const, ...attributes, ...first].map(
    ([name, value]) => `${name}="${html`${value}`.markup}"`,
  );
  const given: Html = { markup: written.join(' ') };
  if (alert === undefined) return html`<ajil-bar ${given}></ajil-bar>`;
  const site = (name: string): string | null => attributes.get(name) ?? null;
  return html`<ajil-bar ${given}>${barTree(alert, { site, publicUrl, nowMs })}</ajil-bar>`;
}

/** @returns the name of the parameter that is wrong. Unknown parameters are ignored: proxies add some. */
function readBarQuery(query: Request['query']): BarQuery | string {
  const attributes = new Map<string, string>();
  const names = ['topics', 'lang', 'urgency', 'position', ...WORD_ATTRIBUTES];
  for (const name of names) {
    const value = query[name];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string') return name;
    if (WORD_ATTRIBUTES.includes(name) && value.length > MOST_LABEL) return name;
    attributes.set(name, value);
  }
  const topics = readTopics(attributes.get('topics') ?? '');
  if ('fault' in topics) return 'topics';
  const lang = readLang(attributes.get('lang') ?? '');
  if ('fault' in lang) return 'lang';
  const urgency = readUrgency(attributes.get('urgency') ?? 'normal');
  if ('fault' in urgency) return 'urgency';
  if (!POSITIONS.has(attributes.get('position') ?? 'top')) return 'position';
  return { topics: topics.value, lang: lang.value, urgency: urgency.value, attributes };
}
