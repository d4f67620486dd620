import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { namesSchema } from '../alerts/names.ts';
import { topicIdSchema } from '../alerts/schema.ts';
import { MOST_TOPICS, type TopicChanges } from '../audience/topic-changes.ts';
import { topicSchema, type TopicStore } from '../audience/topics.ts';
import { alreadyThere, isOnlyNew } from '../http/only-new.ts';
import { Problem } from '../http/problem.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

const topicBodySchema = z.strictObject({
  names: namesSchema(60),
  order: z.number().int().min(0).max(9999),
  default: z.boolean(),
});

const shown = topicSchema.strict();

export const TOPICS = resource('/v1/topics', {
  get: {
    summary: 'List the topics in their order',
    who: 'all',
    tag: 'desk',
    answers: { 200: z.strictObject({ topics: z.array(shown) }) },
  },
});

export const TOPIC = resource('/v1/topics/:id', {
  put: {
    summary: 'Add a topic or change it',
    description:
      'Topics are listed by `order`, then by id. A new reader finds the topics with `default` ticked. A topic that was deleted comes back with its readers and alerts. With `If-None-Match: *` a topic that is there is left as it is (412). For admins.',
    who: 'editor',
    tag: 'desk',
    headers: ['If-None-Match'],
    body: topicBodySchema,
    example: { names: { ar: 'صحة', en: 'Health' }, order: 6, default: false },
    answers: { 200: shown, 201: shown },
    problems: [...BODY_PROBLEMS, 'forbidden', 'not-found', 'precondition-failed', 'wrong-status'],
  },
  delete: {
    summary: 'Delete a topic',
    description:
      'It takes no new alert. What was accepted before, a draft or a scheduled alert too, still goes out to its readers. Alerts and subscriptions keep it, and have it again once it is put back. For admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 204: null },
    problems: ['forbidden', 'not-found'],
  },
});

/** Serves the topics, which readers follow and every alert names. */
export function serveTopics(
  router: Router,
  deps: {
    readonly topics: Pick<TopicStore, 'list'>;
    readonly topicChanges: TopicChanges;
    readonly auth: Authentication;
  },
): void {
  async function put(request: Request, response: Response): Promise<void> {
    const editor = await deps.auth.require(request, 'admin');
    const id = topicIdSchema.safeParse(request.params['id']);
    // Feeds are named by their topic, or `all`.
    if (!id.success || id.data === 'all') {
      const rule = 'at most 40 lower-case letters, digits and hyphens, and not "all"';
      throw new Problem('not-found', `A topic’s id is ${rule}.`, {
        errors: [{ parameter: 'id', detail: `must be ${rule}` }],
      });
    }
    const topic = { id: id.data, ...(await readBody(request, response, topicBodySchema)) };
    const done = await deps.topicChanges.put(topic, editor.id, isOnlyNew(request));
    if (done === 'taken') throw alreadyThere('a topic');
    if (done === 'full') {
      throw new Problem('wrong-status', `There are ${MOST_TOPICS} topics, which is the most: delete one.`);
    }
    response.status(done === 'created' ? 201 : 200).set('Cache-Control', 'no-store');
    response.json(topic);
  }

  route(router, TOPICS, {
    get: async (_request, response) => {
      response.set('Cache-Control', 'public, no-cache').json({ topics: await deps.topics.list() });
    },
  });
  route(router, TOPIC, {
    put,
    delete: async (request, response) => {
      const editor = await deps.auth.require(request, 'admin');
      if ((await deps.topicChanges.remove(String(request.params['id']), editor.id)) === 'missing') {
        throw new Problem('not-found', 'No topic has this id.');
      }
      response.status(204).end();
    },
  });
}
