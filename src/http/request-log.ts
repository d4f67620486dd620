import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { Counter, Histogram } from 'prom-client';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';

const HEADER = 'X-Request-Id';

/** The id in the answer and in all log lines about the request. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(HEADER));
}

/** Gives each request an id, counts it, and logs it when it is answered: the route, but no address, query or body. */
export function createRequestLog(deps: { logger: Logger; metrics: Metrics }) {
  const requests = new Counter({
    name: 'ajil_http_requests_total',
    help: 'Answered requests, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    registers: [deps.metrics],
  });
  const duration = new Histogram({
    name: 'ajil_http_request_duration_seconds',
    help: 'Time from the start of a request to the end of its answer',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10],
    registers: [deps.metrics],
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    const requestId = randomUUID();
    response.set(HEADER, requestId);
    response.on('close', () => {
      const route = routeOf(request);
      const method = KNOWN_METHODS.has(request.method) ? request.method : 'other';
      const status = response.statusCode;
      const ms = Math.round((performance.now() - began) * 10) / 10;
      requests.inc({ route, method, status });
      duration.observe({ route }, ms / 1000);
      deps.logger[levelOf(method, status)]({ requestId, method, route, status, ms }, 'request');
    });
    next();
  };
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The pattern of the request's path; `none` before it is found, and where there is none. */
export function routeOf(request: Request): string {
  // The pattern, not the path: paths contain ids, and a stranger may send any path.
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'none';
}

function levelOf(method: string, status: number): 'warn' | 'info' | 'debug' {
  if (status >= 500) return 'warn';
  return method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
}
