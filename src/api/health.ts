import type { Router } from 'express';
import type { Metrics } from '../ops/metrics.ts';
import { route } from '../http/route.ts';
import type { Readiness } from '../redis/readiness.ts';

/** What operators and their machines ask. */
export function serveOperations(
  router: Router,
  deps: { readiness: () => Promise<Readiness>; metrics: Metrics; allMetrics: () => Promise<string> },
): void {
  route(router, '/healthz', {
    get: (_request, response) => {
      response.set('Cache-Control', 'no-store').json({ status: 'alive' });
    },
  });
  route(router, '/readyz', {
    get: async (_request, response) => {
      const readiness = await deps.readiness();
      if (!readiness.ready) response.status(503).set('Retry-After', '2');
      response.set('Cache-Control', 'no-store').json(readiness);
    },
  });
  route(router, '/metrics', {
    get: async (_request, response) => {
      response.set({ 'Cache-Control': 'no-store', 'Content-Type': deps.metrics.contentType });
      response.send(await deps.allMetrics());
    },
  });
}
