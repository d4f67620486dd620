import type { RequestHandler } from 'express';

/** Tells search engines to list nothing of this server. */
export const noIndex: RequestHandler = (_request, response, next) => {
  response.set('X-Robots-Tag', 'noindex');
  next();
};
