import type { Router } from 'express';
import { z } from 'zod';
import { langSchema, topicIdSchema, urgencySchema } from '../alerts/schema.ts';
import { goesToEverybody } from '../alerts/stories/reach.ts';
import { storyIdSchema } from '../alerts/stories/schema.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import type { StoryAudience } from '../audience/schema.ts';
import type { SubscriptionStore } from '../audience/subscriptions.ts';
import type { LiveFilter } from '../live/protocol.ts';
import type { Authentication } from './authentication.ts';
import { BODY_PROBLEMS, readBody, refuseIfAny } from '../http/read-body.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

const estimateSchema = z.strictObject({
  topics: z.array(topicIdSchema).min(1).max(20),
  urgency: urgencySchema.default('urgent'),
  lang: langSchema,
  story: storyIdSchema.nullable().optional(),
  escalate: z.boolean().nullable().optional(),
});

const count = z.number().int().min(0);

export const ESTIMATE = resource('/v1/audience/estimate', {
  post: {
    summary: 'The number of subscriptions that such an alert would reach now',
    who: 'editor',
    tag: 'alerts',
    body: estimateSchema,
    example: { topics: ['world'], urgency: 'urgent', lang: 'ar' },
    answers: {
      200: z.strictObject({
        subscriptions: count,
        connections: count,
        followersOnly: z.boolean().describe('A follow-up: it goes to those who follow its story alone'),
      }),
    },
    problems: [...BODY_PROBLEMS, 'too-many-requests'],
  },
});

export interface AudienceDeps {
  readonly subscriptions: Pick<SubscriptionStore, 'estimate'>;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly live: { connections(filter: LiveFilter): number | Promise<number> };
  readonly auth: Authentication;
  readonly limits: RateLimits;
}

export function serveAudience(router: Router, deps: AudienceDeps): void {
  async function storyOf(
    id: string | null | undefined,
    escalate: boolean,
  ): Promise<StoryAudience | undefined> {
    if (typeof id !== 'string') return undefined;
    const story = await deps.stories.get(id);
    if (story === undefined) {
      refuseIfAny([{ pointer: '/story', detail: 'is not a story of GET /v1/stories' }]);
      return undefined;
    }
    const membersOnly = !goesToEverybody({ id: '', escalate }, story);
    return { id, membersOnly, withoutLeavers: false, keptUntilMs: story.keptUntilMs };
  }

  route(router, ESTIMATE, {
    post: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      await deps.limits.takeEditor(editor.id, response);
      const { story: id, escalate, ...query } = await readBody(request, response, estimateSchema);
      const story = await storyOf(id, escalate === true);
      const [subscriptions, connections] = await Promise.all([
        deps.subscriptions.estimate({ ...query, story }),
        deps.live.connections(query),
      ]);
      const followersOnly = story?.membersOnly === true;
      response.set('Cache-Control', 'no-store').json({ subscriptions, connections, followersOnly });
    },
  });
}
