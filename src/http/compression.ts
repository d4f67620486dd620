import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses answers, with brotli where the client takes it (RFC 9110, section 12.5.3). Not event streams, whose events
 * would wait in the compressor; and not a session, whose token could be guessed from the sizes of answers that hold a
 * part of the question as well (the BREACH attack).
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
