import type { Router } from 'express';
import { z } from 'zod';
import { MAX_PUSH_MESSAGE_BYTES } from '../alerts/notification.ts';
import { URGENCIES, urgencySchema } from '../alerts/schema.ts';
import { topicSchema, type TopicStore } from '../audience/topics.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { LANGUAGES } from '../words/language.ts';
import { linkSites } from '../newsroom/link-sites.ts';

const publicConfigSchema = z.strictObject({
  publicUrl: z.string(),
  vapidPublicKey: z.string(),
  topics: z.array(topicSchema.strict()),
  languages: z.array(z.string()),
  urgencies: z.array(urgencySchema),
  pushMessageLimitBytes: z.number().int().min(0),
  requireApproval: z.boolean(),
  linkSites: z
    .array(z.string())
    .nullable()
    .describe('Allowed origins of links and pictures in alerts; null: any origin'),
});

export const CONFIG = resource('/v1/config', {
  get: {
    summary: 'Everything that a page needs to start',
    who: 'all',
    tag: 'readers',
    answers: { 200: publicConfigSchema },
  },
});

export function servePublicConfig(
  router: Router,
  deps: {
    topics: Pick<TopicStore, 'list'>;
    vapidPublicKey: string;
    config: { publicUrl: string; allowedOrigins: readonly string[]; requireApproval: boolean };
  },
): void {
  const { publicUrl, allowedOrigins } = deps.config;
  route(router, CONFIG, {
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
