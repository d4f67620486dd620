import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { isPublicStory, storySchema } from '../alerts/stories/schema.ts';
import type { StoryReader, StoryState } from '../alerts/stories/store.ts';
import type { Memberships } from '../audience/memberships.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { noStory } from './stories.ts';
import { authOf, refusedSubscription } from './subscriptions.ts';
import { possession } from './subscriptions-operations.ts';

export const FOLLOWED_STORIES = resource('/v1/subscriptions/:id/stories', {
  get: {
    summary: 'The open stories that the reader follows',
    who: 'subscription',
    tag: 'readers',
    answers: { 200: z.strictObject({ stories: z.array(storySchema) }) },
    problems: possession,
  },
});

export const FOLLOWED_STORY = resource('/v1/subscriptions/:id/stories/:storyId', {
  put: {
    summary: 'Follow a story',
    description: 'From now on the reader gets its follow-ups. May be repeated.',
    who: 'subscription',
    tag: 'readers',
    answers: { 204: null },
    problems: [...possession, 'story-ended'],
  },
  delete: {
    summary: 'Leave a story',
    description:
      'The reader gets none of its follow-ups any more; corrections of what the device has still come. May be repeated.',
    who: 'subscription',
    tag: 'readers',
    answers: { 204: null },
    problems: possession,
  },
});

export function serveFollowedStories(
  router: Router,
  deps: {
    readonly memberships: Memberships;
    readonly stories: Pick<StoryReader, 'get' | 'open'>;
    readonly limits: RateLimits;
  },
): void {
  const { memberships, stories } = deps;

  async function read(request: Request, response: Response): Promise<void> {
    await deps.limits.takeAddress('subscriptions', request, response);
    const found = await memberships.of(String(request.params['id']), authOf(request));
    if (found.type !== 'found') throw refusedSubscription(found);
    const open = await stories.open();
    const followed = open.filter(({ id }) => found.stories.includes(id));
    response.set('Cache-Control', 'no-store').json({ stories: followed });
  }

  async function set(
    request: Request,
    response: Response,
    follows: boolean,
    refuse: (story: StoryState) => void,
  ): Promise<void> {
    await deps.limits.takeAddress('subscriptions', request, response);
    const auth = authOf(request);
    const story = await stories.get(String(request.params['storyId']));
    if (story === undefined || !isPublicStory(story)) throw noStory();
    refuse(story);
    const done = await memberships.set(String(request.params['id']), auth, story, follows);
    if (done.type !== 'set') throw refusedSubscription(done);
    response.status(204).set('Cache-Control', 'no-store').end();
  }

  route(router, FOLLOWED_STORIES, { get: read });
  route(router, FOLLOWED_STORY, {
    put: (request, response) => set(request, response, true, refuseEnded),
    delete: (request, response) => set(request, response, false, () => undefined),
  });
}

function refuseEnded({ ended, endsAt }: StoryState): void {
  if (ended) throw new Problem('story-ended', `It ended at ${endsAt}: nothing more will come of it.`);
}
