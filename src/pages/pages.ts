import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';
import { PUBLIC_STATUSES, toPublicAlert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import type { TopicStore } from '../audience/topics.ts';
import type { FrontPageData } from './common/front-page-data.ts';
import { readMemory } from './common/memory.ts';
import type { Logger } from '../ops/logger.ts';
import { alertPage, missingPage } from './alert-page.ts';
import { readStory } from './alert-story.ts';
import type { Identity } from './common/identity.ts';
import type { SettingsStore } from '../newsroom/settings.ts';
import { serveCrawlers } from './crawlers.ts';
import { serveHouseStyle } from './house-style.ts';
import { createIdentity } from './identity.ts';
import { serveListPages } from './list-pages.ts';
import type { PageParts } from './page-parts.ts';
import { createFrontPageData, type FrontPageQuery } from './front-page-data.ts';
import { serveBarFragment } from './bar-fragment.ts';
import { BAR_STYLE_SOURCE } from './bar-markup.ts';
import { frontPage } from './front-page.ts';
import { Problem } from '../http/problem.ts';
import { isLanguage, LANGUAGES } from '../words/language.ts';
import { route } from '../http/route.ts';

/** For files whose address never changes: a new version reaches the sites within minutes. */
const EMBEDDED_CACHING = 'public, max-age=300, stale-while-revalidate=86400';
const FRAMES = { front: 'index.html', alert: 'alert.html', list: 'list.html' } as const;
const YEAR_MS = 365 * 24 * 60 * 60_000;

export interface PagesDeps {
  /** Where Vite put the pages, absolute; undefined when there are none in this process. */
  readonly webDir: string | undefined;
  readonly alerts: Pick<AlertStore, 'versions' | 'list'>;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly config: { readonly publicUrl: string };
  /** base64url. */
  readonly vapidPublicKey: string;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Serves the files that Vite built, and the pages that the server writes. */
export function servePages(router: Router, deps: PagesDeps): void {
  const { webDir } = deps;
  if (webDir === undefined) return;
  const page = (name: string) => (_request: unknown, response: Response) => sendFile(response, webDir, name);
  const fillFront = readFrame(join(webDir, FRAMES.front));
  const identity = createIdentity(deps);
  const readData = createFrontPageData(deps);
  // Notifications of other sites show these pictures.
  router.use(['/icon-192.png', '/badge-96.png'], (_request, response, next) => {
    response.set('Cross-Origin-Resource-Policy', 'cross-origin');
    next();
  });
  serveHouseStyle(router, identity);
  route(router, '/', { get: (request, response) => showFront(deps, fillFront, readData, request, response) });
  route(router, '/desk', { get: page('desk.html') });
  const fill = readFrame(join(webDir, FRAMES.alert));
  route(router, '/a/:id', {
    get: (request, response) => showAlert({ ...deps, identity }, fill, request, response),
  });
  serveListPages(router, {
    ...deps,
    identity,
    fill: readFrame(join(webDir, FRAMES.list)),
    fillMissing: fill,
  });
  serveCrawlers(router, { ...deps, identity });
  serveBarFragment(router, deps);
  route(router, '/sw.js', {
    get: (_request, response) => {
      response.set('Service-Worker-Allowed', '/');
      return sendFile(response, webDir, 'sw.js');
    },
  });
  // Other sites load only these files. A module needs the first header, a page with a strict policy the second.
  for (const name of ['bar.js', 'list.js', 'live-client.js', 'push.js', 'push-worker.js']) {
    route(router, `/${name}`, {
      get: (_request, response) => {
        response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
        return sendFile(response, webDir, name, EMBEDDED_CACHING);
      },
    });
  }
  // Vite names these files by their content.
  router.use(
    '/assets',
    express.static(join(webDir, 'assets'), {
      index: false,
      immutable: true,
      maxAge: YEAR_MS,
      redirect: false,
    }),
  );
  const files = express.static(webDir, { index: false, maxAge: 0, redirect: false, extensions: false });
  router.use((request, response, next) => (isFrame(request.path) ? next() : files(request, response, next)));
}

/** Frames are not served as files. Reads the path as `express.static` does. */
function isFrame(path: string): boolean {
  const name = posix.normalize(decodeURIComponent(path)).toLowerCase().slice(1);
  return Object.values<string>(FRAMES).includes(name);
}

/** The reader page, as this reader left it. While the store is away, the page has no news, and its script keeps trying. */
async function showFront(
  deps: PagesDeps,
  fill: (parts: PageParts) => string,
  readData: (query: FrontPageQuery) => Promise<FrontPageData>,
  request: Request,
  response: Response,
): Promise<void> {
  const cookies = request.get('cookie') ?? '';
  const { lang, topic, before } = request.query;
  // The browser's language does not decide: many readers of an Arabic newsroom have devices that speak English.
  const asked = [lang, readMemory('language', cookies)];
  const language = asked.find(isLanguage) ?? LANGUAGES[0];
  const data = await readData({ topic: textOf(topic), before: textOf(before) }).catch((error: unknown) => {
    deps.logger.error({ err: error }, 'served the front page without its alerts');
    return undefined;
  });
  const [card, closed] = [readMemory('card', cookies), readMemory('closed', cookies)];
  const parts = frontPage({ language, publicUrl: deps.config.publicUrl, data, card, closed });
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response
    .set('Content-Security-Policy', policy.replace('style-src', `style-src ${BAR_STYLE_SOURCE}`))
    .set('Cache-Control', 'private, no-cache')
    .vary('Cookie')
    .type('html')
    .send(fill(parts));
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Caches revalidate the page each time, so that a retraction shows at once. Express makes the ETag and the 304. */
async function showAlert(
  deps: PagesDeps & { readonly identity: () => Promise<Identity> },
  fill: (parts: PageParts) => string,
  request: Request,
  response: Response,
): Promise<void> {
  const all = await deps.alerts.versions(String(request.params['id']));
  const [first, ...more] = all
    .filter(({ status }) => PUBLIC_STATUSES.includes(status))
    .map((version) => toPublicAlert(version));
  response.set('Cache-Control', 'public, no-cache').type('html');
  if (first === undefined) {
    const accepted = request.acceptsLanguages([...LANGUAGES]);
    const lang = isLanguage(accepted) ? accepted : LANGUAGES[0];
    response
      .status(404)
      .vary('Accept-Language')
      .send(fill(missingPage(lang, await deps.identity())));
    return;
  }
  const [topics, newsroom, story] = await Promise.all([
    deps.topics.list(),
    deps.identity(),
    readStory(deps, first),
  ]);
  const { publicUrl } = deps.config;
  const versions = [first, ...more] as const;
  response.send(fill(alertPage({ versions, topics, story, newsroom, publicUrl, nowMs: deps.now() })));
}

/** Reads a frame that Vite built: style sheets, scripts, and places to fill. */
function readFrame(file: string): (parts: PageParts) => string {
  const pieces = readFileSync(file, 'utf8').split(
    /(\{\{lang\}\}|\{\{dir\}\}|\{\{colour\}\}|<!--\{\{head\}\}-->|<!--\{\{body\}\}-->)/,
  );
  return ({ lang, dir, colour, head, body }) => {
    const values: Readonly<Record<string, string>> = {
      '{{lang}}': lang,
      '{{dir}}': dir,
      '{{colour}}': colour,
      '<!--{{head}}-->': head.markup,
      '<!--{{body}}-->': body.markup,
    };
    return pieces.map((piece) => values[piece] ?? piece).join('');
  };
}

function sendFile(response: Response, webDir: string, name: string, caching = 'no-cache'): Promise<void> {
  response.set('Cache-Control', caching);
  return new Promise((resolve, reject) => {
    response.sendFile(name, { root: webDir, cacheControl: false }, (error?: Error & { status?: number }) => {
      if (error === undefined || response.headersSent) resolve();
      else if (error.status !== 404) reject(error);
      else reject(new Problem('not-found', 'The pages have not been built: run npm run build.'));
    });
  });
}
