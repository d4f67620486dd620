/**
 * A publisher's site of one page, to try Ajil on another origin:
 *
 *   ALLOWED_ORIGINS=http://localhost:8080 npm start    # Ajil, in one terminal
 *   node examples/news-site/server.mjs                 # the site, in another
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const PORT = Number(process.env.PORT ?? 8080);
const AJIL = process.env.AJIL ?? 'http://localhost:3000';

const FILES = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/site.css': { name: 'site.css', type: 'text/css; charset=utf-8' },
  '/site.js': { name: 'site.js', type: 'text/javascript; charset=utf-8' },
  '/harbour.svg': { name: 'harbour.svg', type: 'image/svg+xml' },
  '/service-worker.js': { name: 'service-worker.js', type: 'text/javascript; charset=utf-8' },
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = Object.hasOwn(FILES, pathname) ? FILES[pathname] : undefined;
  if (file === undefined) {
    response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
    return;
  }
  const text = await readFile(new URL(file.name, import.meta.url), 'utf8');
  response.writeHead(200, {
    'Content-Type': file.type,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': `default-src 'self'; script-src 'self' ${AJIL}; connect-src 'self' ${AJIL} ${AJIL.replace(/^http/, 'ws')}; img-src 'self' https: ${AJIL}; object-src 'none'; base-uri 'none'`,
  });
  response.end(text.replaceAll('{{ajil}}', AJIL));
});

server.listen(PORT, () => {
  const { port } = server.address();
  process.stdout.write(`The site is at http://localhost:${port}/ and gets its alerts from ${AJIL}\n`);
});
