import type { Router } from 'express';
import { MAX_PUSH_MESSAGE_BYTES } from '../alerts/notification.ts';
import { URGENCIES } from '../alerts/schema.ts';
import type { TopicStore } from '../audience/topics.ts';
import { route } from '../http/route.ts';
import { linkSites } from '../newsroom/link-sites.ts';

/** The pages' languages, the first by default. */
export const LANGUAGES = ['ar', 'en'];

/** `GET /v1/config`: all that a page needs to start. */
export function servePublicConfig(
  router: Router,
  deps: {
    topics: Pick<TopicStore, 'list'>;
    vapidPublicKey: string;
    config: { publicUrl: string; allowedOrigins: readonly string[]; requireApproval: boolean };
  },
): void {
  const { publicUrl, allowedOrigins } = deps.config;
  route(router, '/v1/config', {
    get: async (_request, response) => {
      response.set('Cache-Control', 'public, no-cache').json({
        publicUrl,
        vapidPublicKey: deps.vapidPublicKey,
        topics: await deps.topics.list(),
        languages: LANGUAGES,
        urgencies: URGENCIES,
        pushMessageLimitBytes: MAX_PUSH_MESSAGE_BYTES,
        requireApproval: deps.config.requireApproval,
        linkSites: linkSites(publicUrl, allowedOrigins),
      });
    },
  });
}
