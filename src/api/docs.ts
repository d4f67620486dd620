import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Response, Router } from 'express';
import { Problem, PROBLEMS } from '../http/problem.ts';
import { route } from '../http/route.ts';
import { createOpenApi } from './openapi.ts';
import { RESOURCES } from './resources.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ajil عاجل: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript><p>The same as JSON: <a href="/openapi.json">/openapi.json</a></p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// A separate file, because the content security policy allows no inline script.
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });\n`;

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** The description of the API for machines and people, and the list of problems. */
export function serveDocs(router: Router, deps: { config: { publicUrl: string } }): void {
  const openApi = createOpenApi(RESOURCES, deps.config.publicUrl);
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const send = (type: string, text: string) => {
    const bytes = Buffer.from(text);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
    return (_request: unknown, response: Response): void => {
      response.set({ 'Cache-Control': 'public, no-cache', ETag: etag }).type(type).send(bytes);
    };
  };

  route(router, '/openapi.json', { get: send('json', JSON.stringify(openApi)) });
  route(router, '/docs', { get: send('html', PAGE) });
  route(router, '/docs/start.js', { get: send('js', START) });
  for (const name of FILES) {
    route(router, `/docs/${name}`, {
      get: (_request, response) => response.sendFile(name, { root: folder, maxAge: '1h' }),
    });
  }

  const listed = Object.entries(PROBLEMS).map(([code, { status, title }]) => {
    return { type: `${deps.config.publicUrl}/problems/${code}`, status, title };
  });
  route(router, '/problems', { get: send('json', JSON.stringify({ problems: listed })) });
  route(router, '/problems/:code', {
    get: (request, response) => {
      const problem = listed.find(({ type }) => type.endsWith(`/${String(request.params['code'])}`));
      if (problem === undefined) throw new Problem('not-found', 'GET /problems lists every type.');
      response.set('Cache-Control', 'public, no-cache').json(problem);
    },
  });
}
