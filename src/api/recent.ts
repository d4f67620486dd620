import type { Router } from 'express';
import { z } from 'zod';
import { langSchema, topicIdSchema } from '../alerts/schema.ts';
import { recentSchema, type Recent } from '../delivery/report/schema.ts';
import { readQuery } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

/** `topics` is a list with commas. */
const querySchema = z.strictObject({
  topics: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(topicIdSchema).min(1).max(20)),
  lang: langSchema,
});

export const RECENT = resource('/v1/audience/recent', {
  get: {
    summary: 'How many alerts readers of these topics had lately, and how many were opened',
    who: 'editor',
    tag: 'alerts',
    query: querySchema,
    answers: { 200: recentSchema },
    problems: ['invalid-query'],
  },
});

export function serveRecent(
  router: Router,
  deps: {
    readonly auth: Authentication;
    readonly recent: (of: { topics: readonly string[]; lang: string }) => Promise<Recent>;
  },
): void {
  route(router, RECENT, {
    get: async (request, response) => {
      await deps.auth.require(request, 'author');
      const query = readQuery(request, querySchema);
      response.set('Cache-Control', 'private, no-cache').json(await deps.recent(query));
    },
  });
}
