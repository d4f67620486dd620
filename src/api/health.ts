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

const healthSchema = z.strictObject({ status: z.enum(['alive', 'stopping']) });

export const HEALTH = resource('/healthz', {
  get: {
    summary: 'Whether the process is alive',
    description:
      '503 for some seconds before a server that has others beside it stops, so that a proxy sends no more requests to it. It still answers them.',
    who: 'all',
    tag: 'operation',
    answers: { 200: healthSchema, 503: healthSchema },
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
  deps: {
    readiness: () => Promise<Readiness>;
    isStopping: () => boolean;
    metrics: Metrics;
    allMetrics: () => Promise<string>;
  },
): void {
  route(router, HEALTH, {
    get: (_request, response) => {
      const stopping = deps.isStopping();
      response.status(stopping ? 503 : 200).set('Cache-Control', 'no-store');
      response.json({ status: stopping ? 'stopping' : 'alive' });
    },
  });
  route(router, READINESS, {
    get: async (_request, response) => {
      let readiness = await deps.readiness();
      if (deps.isStopping()) {
        readiness = { ready: false, checks: { ...readiness.checks, server: 'stopping: ask another server' } };
      }
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
