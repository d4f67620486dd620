import type { IncomingMessage, Server } from 'node:http';
import type { Logger } from '../ops/logger.ts';

/**
 * Warns once that a proxy seems to be in front although none is trusted: all readers then share one address and its bounds.
 * (A stranger can cause the log line too, once per process.)
 */
export function noticeForgottenProxy(server: Server, logger: Logger): void {
  const look = (request: IncomingMessage): void => {
    if (request.headers['x-forwarded-for'] === undefined) return;
    server.off('request', look);
    logger.warn(
      'a request has X-Forwarded-For but TRUST_PROXY is not set: behind a proxy, set it, or all readers count as one address',
    );
  };
  server.on('request', look);
}
