import type { Router } from 'express';
import { z } from 'zod';
import type { Metrics } from '../ops/metrics.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Readiness } from '../redis/readiness.ts';

const readinessSchema = z.strictObject({
  ready: z.boolean(),
  checks: z.record(z.string(), z.string()),
});

export const HEALTH = resource('/healthz', {
  get: {
    summary: 'Whether the process is alive',
    who: 'all',
    tag: 'operation',
    answers: { 200: z.strictObject({ status: z.string() }) },
  },
});

export const READINESS = resource('/readyz', {
  get: {
    summary: 'Whether Ajil is ready to take alerts',
    who: 'all',
    tag: 'operation',
    answers: { 200: readinessSchema, 503: readinessSchema },
  },
});

export const METRICS = resource('/metrics', {
  get: { summary: 'Prometheus metrics', who: 'all', tag: 'operation', answers: { 200: null } },
});

/** The resources for operators and their monitoring. */
export function serveOperations(
  router: Router,
  deps: { readiness: () => Promise<Readiness>; metrics: Metrics; allMetrics: () => Promise<string> },
): void {
  route(router, HEALTH, {
    get: (_request, response) => {
      response.set('Cache-Control', 'no-store').json({ status: 'alive' });
    },
  });
  route(router, READINESS, {
    get: async (_request, response) => {
      const readiness = await deps.readiness();
      if (!readiness.ready) response.status(503).set('Retry-After', '2');
      response.set('Cache-Control', 'no-store').json(readiness);
    },
  });
  route(router, METRICS, {
    get: async (_request, response) => {
      response.set({ 'Cache-Control': 'no-store', 'Content-Type': deps.metrics.contentType });
      response.send(await deps.allMetrics());
    },
  });
}
