import type { Request, Response, Router } from 'express';
import { Problem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

export const LIVE = resource('/v1/live', {
  get: {
    summary: 'Follow alerts: WebSocket, or SSE with Accept: text/event-stream',
    description:
      'The query may hold `topics` (at most 50 ids, separated by commas), `urgency`, `lang` and `cursor`, each at most once, and nothing else. The server first sends a `hello`, whose `unknownTopics` names topics that do not exist, and then an `alert` for every version.',
    who: 'all',
    tag: 'readers',
    answers: { 200: null },
    problems: ['invalid-query', 'forbidden', 'upgrade-required', 'unavailable'],
  },
});

/** `GET /v1/live` over plain HTTP: the gateway serves SSE; a WebSocket never comes here, its upgrade goes to the gateway. */
export function serveLive(
  router: Router,
  deps: { live: { handleSse(request: Request, response: Response): void | Promise<void> } },
): void {
  route(router, LIVE, {
    get: (request, response) => {
      // A GRIP proxy asks on for a line that it holds, and names no type.
      if (
        `${request.get('accept')}`.includes('text/event-stream') ||
        request.get('grip-last') !== undefined
      ) {
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

/** Our Connection header replaces Node's, so it must also hold what Node would write: `close` if the client asked for it. */
const endsAfter = (request: Request): boolean =>
  /\bclose\b/i.test(request.get('connection') ?? '') || request.httpVersion === '1.0';
