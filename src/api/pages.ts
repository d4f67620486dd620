import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Response, type Router } from 'express';
import { Problem } from './problem.ts';
import { route } from './route.ts';

/** Their addresses never change, so what is new in them reaches the sites within minutes. */
const EMBEDDED_CACHING = 'public, max-age=300, stale-while-revalidate=86400';
const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Serves what Vite built. @param webDir absolute; undefined when there are no pages in this process */
export function servePages(router: Router, webDir: string | undefined): void {
  if (webDir === undefined) return;
  const page = (name: string) => (_request: unknown, response: Response) => sendFile(response, webDir, name);
  route(router, '/', { get: page('index.html') });
  route(router, '/desk', { get: page('desk.html') });
  // An alert's own page; one bundle may serve it and the front page.
  const alertPage = existsSync(join(webDir, 'alert.html')) ? 'alert.html' : 'index.html';
  route(router, '/a/:id', { get: page(alertPage) });
  route(router, '/sw.js', {
    get: (_request, response) => {
      response.set('Service-Worker-Allowed', '/');
      return sendFile(response, webDir, 'sw.js');
    },
  });
  // Other sites load these two and nothing else of ours; a module needs the first header, a strict page the second.
  for (const name of ['bar.js', 'live-client.js']) {
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
  router.use(express.static(webDir, { index: false, maxAge: 0, redirect: false, extensions: false }));
}

function sendFile(response: Response, webDir: string, name: string, caching = 'no-cache'): Promise<void> {
  response.set('Cache-Control', caching);
  return new Promise((resolve, reject) => {
    response.sendFile(name, { root: webDir, cacheControl: false }, (error?: Error) => {
      if (error === undefined || response.headersSent) resolve();
      else reject(new Problem('not-found', 'The pages are not built: run npm run build.'));
    });
  });
}
