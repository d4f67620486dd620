import type { Router } from 'express';
import { z } from 'zod';
import { MAX_PUSH_MESSAGE_BYTES } from '../alerts/notification.ts';
import { URGENCIES, urgencySchema } from '../alerts/schema.ts';
import { topicSchema, type TopicStore } from '../audience/topics.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { linkSites } from '../newsroom/link-sites.ts';
import { identityOf, newsroomSchema, type SettingsStore } from '../newsroom/settings.ts';

const publicConfigSchema = z.strictObject({
  publicUrl: z.string(),
  vapidPublicKey: z.string(),
  topics: z.array(topicSchema.strict()),
  languages: z.array(z.string()),
  newsroom: newsroomSchema.pick({ name: true, homeUrl: true, logo: true, colour: true }),
  urgencies: z.array(urgencySchema),
  pushMessageLimitBytes: z.number().int().min(0),
  requireApproval: z.boolean().describe('Whether every alert waits for a second editor'),
  drill: z.boolean().describe('Whether this is a drill: nothing of it reaches readers'),
  undoSeconds: z.number().describe('How long a send at the desk can be undone'),
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
    settings: Pick<SettingsStore, 'get'>;
    config: { publicUrl: string; allowedOrigins: readonly string[]; isDrill: boolean };
  },
): void {
  const { publicUrl, allowedOrigins, isDrill } = deps.config;
  route(router, CONFIG, {
    get: async (_request, response) => {
      const [topics, settings] = await Promise.all([deps.topics.list(), deps.settings.get()]);
      response.set('Cache-Control', 'public, no-cache').json({
        publicUrl,
        vapidPublicKey: deps.vapidPublicKey,
        topics,
        languages: settings.languages,
        newsroom: identityOf(settings),
        urgencies: URGENCIES,
        pushMessageLimitBytes: MAX_PUSH_MESSAGE_BYTES,
        requireApproval: settings.approval === 'always',
        drill: isDrill,
        undoSeconds: settings.undoSeconds,
        linkSites: linkSites(publicUrl, allowedOrigins),
      });
    },
  });
}
