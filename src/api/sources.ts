import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { TopicStore } from '../audience/topics.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBody, refuseIfAny } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { sourceIdSchema, sourceInputSchema, sourceSchema } from '../intake/source.ts';
import { MOST_SOURCES, type SourceStore } from '../intake/sources.ts';
import type { Authentication } from './authentication.ts';

interface SourcesDeps {
  readonly sources: SourceStore;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly auth: Authentication;
  readonly limits: Pick<RateLimits, 'takeEditor'>;
}

export const sourceListSchema = z.strictObject({ sources: z.array(sourceSchema) });
export const sourceAnswerSchema = sourceSchema.extend({
  secret: z
    .string()
    .optional()
    .describe('Only of a new source for which none was sent: it cannot be read again'),
});

/** Where items may come from. Only an admin says that, since a source acts as an author. */
export function serveSources(router: Router, deps: SourcesDeps): void {
  const { sources, auth, limits } = deps;

  route(router, '/v1/sources', {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      response.set('Cache-Control', 'no-store').json({ sources: await sources.list() });
    },
  });

  async function put(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    await limits.takeEditor(editor.id, response);
    const id = sourceIdSchema.safeParse(request.params['id']);
    if (!id.success) {
      const detail = id.error.issues[0]?.message ?? 'is wrong';
      throw new Problem('invalid-body', 'Choose another id.', { errors: [{ parameter: 'id', detail }] });
    }
    const input = await readBody(request, response, sourceInputSchema);
    const known = new Set((await deps.topics.list()).map((topic) => topic.id));
    refuseIfAny(
      Object.entries(input.topics).flatMap(([word, topic]) =>
        topic === null || known.has(topic)
          ? []
          : [
              {
                pointer: `/topics/${word.replaceAll('~', '~0').replaceAll('/', '~1')}`,
                detail: 'is not a topic',
              },
            ],
      ),
    );
    const result = await sources.put(id.data, input, editor.id);
    if (result.type === 'full') {
      throw new Problem('invalid-body', `There are ${MOST_SOURCES} sources already: delete one first.`);
    }
    const { source, secret } = result;
    response.set('Cache-Control', 'no-store').status(result.type === 'added' ? 201 : 200);
    response.json(secret === undefined ? source : { ...source, secret });
  }

  route(router, '/v1/sources/:id', {
    put,
    delete: async (request, response) => {
      const editor = await auth.require(request, 'admin');
      const isDeleted = await sources.delete(String(request.params['id']), editor.id);
      if (!isDeleted) throw noSource();
      response.status(204).end();
    },
  });
}

export const noSource = (): Problem => new Problem('not-found', 'No source has this id.');
