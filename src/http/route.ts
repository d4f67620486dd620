import type { Request, RequestHandler, Response, Router } from 'express';
import { Problem } from './problem.ts';
import type { Method, Resource } from './resource.ts';

type Handler = (request: Request, response: Response) => Promise<void> | void;

/**
 * Registers a handler for each method of a path. Another method gets a 405 with the list of methods; OPTIONS gets the
 * list.
 * @param at a described resource, which then needs a handler for each of its calls, or the path of an undescribed one
 */
export function route<M extends Method>(
  router: Router,
  at: Resource<M> | string,
  handlers: Readonly<Record<M, Handler>>,
): void {
  const resource = router.route(typeof at === 'string' ? at : at.path);
  const methods = Object.keys(handlers) as M[];
  for (const method of methods) resource[method](toMiddleware(handlers[method]));
  const names: string[] = methods.map((method) => method.toUpperCase());
  const allow = [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  resource.all((request, response) => {
    if (request.method !== 'OPTIONS') {
      throw new Problem('method-not-allowed', `Use ${allow}.`, { headers: { Allow: allow } });
    }
    response.status(204).set('Allow', allow).end();
  });
}

function toMiddleware(handler: Handler): RequestHandler {
  return async (request, response) => {
    await handler(request, response);
  };
}
