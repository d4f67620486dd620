import type { Router } from 'express';
import { z } from 'zod';
import { langSchema, topicIdSchema, urgencySchema } from '../alerts/schema.ts';
import type { SubscriptionStore } from '../audience/subscriptions.ts';
import type { LiveFilter } from '../live/protocol.ts';
import type { Authentication } from './authentication.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

const estimateSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(20),
  urgency: urgencySchema.default('urgent'),
  lang: langSchema,
});

const count = z.number().int().min(0);

export const ESTIMATE = resource('/v1/audience/estimate', {
  post: {
    summary: 'The number of subscriptions that such an alert would reach now',
    who: 'editor',
    tag: 'alerts',
    body: estimateSchema,
    example: { topics: ['world'], urgency: 'urgent', lang: 'ar' },
    answers: { 200: z.strictObject({ subscriptions: count, connections: count }) },
    problems: [...BODY_PROBLEMS, 'too-many-requests'],
  },
});

export interface AudienceDeps {
  readonly subscriptions: Pick<SubscriptionStore, 'estimate'>;
  readonly live: { connections(filter: LiveFilter): number | Promise<number> };
  readonly auth: Authentication;
  readonly limits: RateLimits;
}

export function serveAudience(router: Router, deps: AudienceDeps): void {
  route(router, ESTIMATE, {
    post: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      await deps.limits.takeEditor(editor.id, response);
      const query = await readBody(request, response, estimateSchema);
      const [subscriptions, connections] = await Promise.all([
        deps.subscriptions.estimate(query),
        deps.live.connections(query),
      ]);
      response.set('Cache-Control', 'no-store').json({ subscriptions, connections });
    },
  });
}
