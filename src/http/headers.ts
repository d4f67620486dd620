import type { OutgoingHttpHeaders } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/**
 * Sets the headers of every answer. Pages may run only our own scripts and styles, show pictures from any https site
 * (an alert's image), and connect to us.
 */
export function securityHeaders(publicUrl: string): RequestHandler {
  const url = new URL(publicUrl);
  const secure = url.protocol === 'https:';
  const policyOf = (more: Record<string, string[]>): RequestHandler =>
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'https:', 'data:'],
          fontSrc: ["'self'"],
          // For Safari before 15.4, ws: is not 'self'.
          connectSrc: ["'self'", `${secure ? 'wss' : 'ws'}://${url.host}`],
          manifestSrc: ["'self'"],
          workerSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          ...(secure ? { upgradeInsecureRequests: [] } : {}),
          ...more,
        },
      },
      // The same as frame-ancestors 'none', for browsers that do not know it.
      xFrameOptions: { action: 'deny' },
      strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    });
  const policy = policyOf({ requireTrustedTypesFor: ["'script'"] });
  // Swagger UI makes markup of texts, which Trusted Types forbid. It shows only our own description.
  const policyOfDocs = policyOf({});
  return (request, response, next) => {
    response.set('Permissions-Policy', UNUSED_FEATURES);
    return request.path === '/docs' ? policyOfDocs(request, response, next) : policy(request, response, next);
  };
}

/** Features that our pages never use (W3C Permissions Policy), so that injected code cannot use them either. */
const UNUSED_FEATURES =
  'accelerometer browsing-topics camera display-capture geolocation gyroscope hid idle-detection magnetometer microphone midi payment serial usb xr-spatial-tracking'
    .split(' ')
    .map((feature) => `${feature}=()`)
    .join(', ');

const EXPOSED = 'ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

const NOT_SHARED = {};

/** Lets a page of the newsroom's own sites read an answer. The answer varies by `Origin`. */
export function sharingHeaders(origins: readonly string[], origin: string | undefined): OutgoingHttpHeaders {
  if (origin === undefined || !origins.includes(origin)) return NOT_SHARED;
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED };
}

/**
 * The newsroom's sites, and no others, may make the readers' calls from their pages (Fetch, CORS protocol).
 * @param allowed the methods of these calls, and their headers that are not safelisted
 */
export function readerCors(origins: readonly string[], allowed: { methods: string; headers: string }) {
  return (request: Request, response: Response, next: NextFunction): void => {
    response.vary('Origin');
    const sharing = sharingHeaders(origins, request.get('origin'));
    response.set(sharing);
    if (
      sharing === NOT_SHARED ||
      request.method !== 'OPTIONS' ||
      request.get('access-control-request-method') === undefined
    ) {
      next();
      return;
    }
    response.set({
      'Access-Control-Allow-Methods': allowed.methods,
      'Access-Control-Allow-Headers': allowed.headers,
      'Access-Control-Max-Age': '600',
    });
    response.status(204).end();
  };
}

/** Resources that readers only read. Editors' calls come from the desk, which needs no CORS. */
export const READING = { methods: 'GET, HEAD', headers: 'If-None-Match, Last-Event-ID' };
export const SUBSCRIBING = {
  methods: 'GET, POST, PUT, PATCH, DELETE',
  headers: 'Authorization, Content-Type',
};

/**
 * A request's `Cache-Control: no-cache` is meant for caches (RFC 9111, section 5.2.1.4). Express then always answers 200, but
 * browsers send the header with every condition that a script sets (Fetch, HTTP-network-or-cache fetch).
 */
export function answerConditionally(request: Request, _response: Response, next: NextFunction): void {
  const { 'if-none-match': etag, 'if-modified-since': since } = request.headers;
  if (etag !== undefined || since !== undefined) delete request.headers['cache-control'];
  next();
}
