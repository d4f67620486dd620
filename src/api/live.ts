import type { Request, Response, Router } from 'express';
import { Problem } from '../http/problem.ts';
import { route } from '../http/route.ts';

/** `GET /v1/live` over plain HTTP: the gateway serves SSE; a WebSocket never comes here, its upgrade goes to the gateway. */
export function serveLive(
  router: Router,
  deps: { live: { handleSse(request: Request, response: Response): void | Promise<void> } },
): void {
  route(router, '/v1/live', {
    get: (request, response) => {
      if ((request.get('accept') ?? '').includes('text/event-stream')) {
        if (request.method !== 'HEAD') return deps.live.handleSse(request, response);
        response.type('text/event-stream').end();
        return undefined;
      }
      throw new Problem('upgrade-required', 'Send an Upgrade to websocket, or Accept: text/event-stream.', {
        headers: { Upgrade: 'websocket', Connection: endsAfter(request) ? 'close, Upgrade' : 'Upgrade' },
      });
    },
  });
}

/** Node takes a Connection header of ours for the whole answer, so it must say what the client asked for as well. */
const endsAfter = (request: Request): boolean =>
  /\bclose\b/i.test(request.get('connection') ?? '') || request.httpVersion === '1.0';
