import type { RequestHandler } from 'express';
import type { Tracing } from '../ops/tracing.ts';
import { routeOf } from './request-log.ts';

/** What editors and their systems send. What readers ask is not traced: there is much of it, and it is theirs. */
const TRACED = /^\/v1\/(?:alerts|intake)(?:\/|$)/;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A span for each change that an editor or a system asks for, as part of the caller's trace where it names one. */
export function traceChanges({ tracing }: { readonly tracing: Tracing }): RequestHandler {
  return (request, response, next) => {
    if (READING.has(request.method) || !TRACED.test(request.path)) {
      next();
      return;
    }
    const parent = request.get('traceparent');
    const options = {
      kind: 'server',
      parent,
      attributes: { 'http.request.method': request.method },
    } as const;
    void tracing.span(request.method, options, async (span) => {
      const closed = new Promise((resolve) => response.once('close', resolve));
      next();
      await closed;
      span.rename(`${request.method} ${routeOf(request)}`);
      span.set({ 'http.route': routeOf(request), 'http.response.status_code': response.statusCode });
      if (response.statusCode >= 500) span.fail();
    });
  };
}
