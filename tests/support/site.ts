import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Somebody's site, on an origin of its own. */
export interface Site {
  readonly origin: string;
  /** What it answers every request with, from now on. */
  serve(page: { html: string; contentSecurityPolicy?: string }): void;
  stop(): void;
}

export async function startSite(): Promise<Site> {
  let headers: Record<string, string> = {};
  let body = '';
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') response.writeHead(204).end();
    else response.writeHead(200, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    serve: ({ html, contentSecurityPolicy }) => {
      body = html;
      headers = {
        'Content-Type': 'text/html; charset=utf-8',
        ...(contentSecurityPolicy === undefined ? {} : { 'Content-Security-Policy': contentSecurityPolicy }),
      };
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
