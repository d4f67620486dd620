import type { Request, RequestHandler, Response, Router } from 'express';
import { Problem } from './problem.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Handler = (request: Request, response: Response) => Promise<void> | void;

/** Registers a resource with a handler per method. Another method gets a 405 with the list of methods; OPTIONS gets the list. */
export function route(router: Router, path: string, handlers: Partial<Record<Method, Handler>>): void {
  const resource = router.route(path);
  const methods = Object.keys(handlers) as Method[];
  for (const method of methods) resource[method](toMiddleware(handlers[method]));
  const names = methods.map((method) => method.toUpperCase());
  const allow = [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  resource.all((request, response) => {
    if (request.method !== 'OPTIONS') {
      throw new Problem('method-not-allowed', `Use ${allow}.`, { headers: { Allow: allow } });
    }
    response.status(204).set('Allow', allow).end();
  });
}

function toMiddleware(handler: Handler | undefined): RequestHandler {
  return async (request, response) => {
    await handler?.(request, response);
  };
}
