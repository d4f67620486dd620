import type { Router } from 'express';
import { z } from 'zod';
import type { ReadableHash } from '../editors/audited-hash.ts';
import { readQuery } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { arrivalSchema, MOST_ARRIVALS, type Arrivals } from '../intake/arrivals.ts';
import type { StoredSource } from '../intake/source.ts';
import type { Authentication } from './authentication.ts';
import { noSource } from './sources.ts';

const querySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_ARRIVALS).default(50),
});

export const SOURCE_ITEMS = resource('/v1/sources/:id/items', {
  get: {
    summary: 'What came from a source, and what became of it, newest first',
    description: `The last ${MOST_ARRIVALS}, of 30 days at most. For every editor: what came in may be somebody's draft.`,
    who: 'editor',
    tag: 'sources',
    query: querySchema,
    answers: { 200: z.strictObject({ items: z.array(arrivalSchema.strict()) }) },
    problems: ['invalid-query', 'not-found'],
  },
});

/** Editors look here for an article that an agency says it has sent. */
export function serveSourceItems(
  router: Router,
  deps: {
    readonly sources: Pick<ReadableHash<StoredSource>, 'get'>;
    readonly arrivals: Pick<Arrivals, 'list'>;
    readonly auth: Authentication;
  },
): void {
  route(router, SOURCE_ITEMS, {
    get: async (request, response) => {
      await deps.auth.require(request, 'author');
      const { limit } = readQuery(request, querySchema);
      const id = String(request.params['id']);
      if ((await deps.sources.get(id)) === undefined) throw noSource();
      response.set('Cache-Control', 'no-store').json({ items: await deps.arrivals.list(id, limit) });
    },
  });
}
