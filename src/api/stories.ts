import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { isPublicStory, newStorySchema, storyChangeSchema, storySchema } from '../alerts/stories/schema.ts';
import { MOST_OPEN_STORIES, shownStory, type StoryStore } from '../alerts/stories/store.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { storyMsOf, type SettingsStore } from '../newsroom/settings.ts';
import { cachingFor } from './alerts.ts';
import type { Authentication } from './authentication.ts';

const ENDING =
  'A story ends by itself `storyDays` days (`PUT /v1/newsroom`) after its last alert, and takes no alert from then on.';

export const STORIES = resource('/v1/stories', {
  get: {
    summary: 'List the open stories, newest first',
    description: 'Readers see those that have a published alert, editors all.',
    who: 'all',
    tag: 'alerts',
    answers: { 200: z.strictObject({ stories: z.array(storySchema) }) },
  },
  post: {
    summary: 'Start a story',
    description: `The first alert that names it goes to everybody, and its readers follow the story. The others go to them and to those who follow it by hand, unless \`escalate\` sends one to everybody. ${ENDING}`,
    who: 'editor',
    tag: 'alerts',
    body: newStorySchema,
    example: { name: 'زلزال في شرق تركيا', lang: 'ar' },
    answers: { 201: storySchema },
    problems: [...BODY_PROBLEMS, 'wrong-status', 'too-many-requests'],
  },
});

export const STORY = resource('/v1/stories/:id', {
  get: {
    summary: 'A story, also one that has ended',
    description: 'Before its first alert is published, only editors see it.',
    who: 'all',
    tag: 'alerts',
    answers: { 200: storySchema },
    problems: ['not-found'],
  },
  patch: {
    summary: 'Rename a story, or end it',
    description: `${ENDING} A story that has ended does not open again: start another.`,
    who: 'editor',
    tag: 'alerts',
    body: storyChangeSchema,
    example: { ended: true },
    answers: { 200: storySchema },
    problems: [...BODY_PROBLEMS, 'not-found', 'too-many-requests'],
  },
});

export const noStory = (): Problem => new Problem('not-found', 'No story has this id.');

export function serveStories(
  router: Router,
  deps: {
    readonly stories: StoryStore;
    readonly settings: Pick<SettingsStore, 'get'>;
    readonly auth: Authentication;
    readonly limits: RateLimits;
  },
): void {
  const { stories } = deps;

  async function start(request: Request, response: Response): Promise<void> {
    const editor = await deps.auth.require(request, 'author');
    await deps.limits.takeEditor(editor.id, response);
    const input = await readBody(request, response, newStorySchema);
    const started = await stories.start(input, editor.id, storyMsOf(await deps.settings.get()));
    if (started === 'full') {
      throw new Problem(
        'wrong-status',
        `There are ${MOST_OPEN_STORIES} open stories, which is the most: end one.`,
      );
    }
    response.status(201).location(`/v1/stories/${started.id}`);
    response.set('Cache-Control', 'no-store').json(started);
  }

  async function change(request: Request, response: Response): Promise<void> {
    const editor = await deps.auth.require(request, 'author');
    await deps.limits.takeEditor(editor.id, response);
    const wanted = await readBody(request, response, storyChangeSchema);
    const changed = await stories.change(String(request.params['id']), wanted, editor.id);
    if (changed === 'missing') throw noStory();
    response.set('Cache-Control', 'no-store').json(changed);
  }

  route(router, STORIES, {
    get: async (request, response) => {
      const [editor, open] = await Promise.all([deps.auth.identify(request), stories.open()]);
      cachingFor(response, editor);
      response.json({ stories: editor === undefined ? open.filter(isPublicStory) : open });
    },
    post: start,
  });
  route(router, STORY, {
    get: async (request, response) => {
      const [editor, story] = await Promise.all([
        deps.auth.identify(request),
        stories.get(String(request.params['id'])),
      ]);
      cachingFor(response, editor);
      if (story === undefined || (editor === undefined && !isPublicStory(story))) throw noStory();
      response.json(shownStory(story));
    },
    patch: change,
  });
}
