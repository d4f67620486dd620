import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses answers, with brotli if the client accepts it (RFC 9110, section 12.5.3). Event streams are not compressed: their
 * events would wait in the compressor. Sessions are not compressed: an answer that repeats a part of the request would reveal
 * the token by its size (the BREACH attack).
 */
export function compressAnswers(): RequestHandler {
  return compression({
    filter: (request, response) => {
      const type = String(response.getHeader('Content-Type') ?? '');
      if (type.startsWith('text/event-stream') || request.url.startsWith('/v1/session')) return false;
      return compression.filter(request, response);
    },
  });
}
