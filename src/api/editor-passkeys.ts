import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { Passkeys } from '../editors/passkeys.ts';
import type { EditorStore } from '../editors/store.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';
import { passkeySchema } from './passkeys-operations.ts';

export const EDITOR_PASSKEYS = resource('/v1/editors/:id/passkeys', {
  get: {
    summary: 'List an editor’s passkeys, also a revoked editor’s',
    description: 'For admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.strictObject({ passkeys: z.array(passkeySchema) }) },
    problems: ['forbidden', 'not-found'],
  },
});

export const EDITOR_PASSKEY = resource('/v1/editors/:id/passkeys/:passkey', {
  delete: {
    summary: 'Remove a passkey of an editor',
    description: 'It signs in no more, and the sessions that it opened end. For admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 204: null },
    problems: ['forbidden', 'not-found', 'too-many-requests'],
  },
});

/** Lets admins see with which passkeys an editor signs in, and remove one: a lost device, or one that nobody knows. */
export function serveEditorPasskeys(
  router: Router,
  deps: {
    readonly passkeys: Pick<Passkeys, 'list' | 'remove'>;
    readonly editors: Pick<EditorStore, 'list'>;
    readonly auth: Authentication;
    readonly limits: Pick<RateLimits, 'takeEditor'>;
  },
): void {
  const { passkeys, auth } = deps;

  /** @throws {Problem} 404 for an editor who was never there */
  async function editorIdOf(request: Request): Promise<string> {
    const known = (await deps.editors.list()).find(({ id }) => id === request.params['id']);
    if (known === undefined) throw new Problem('not-found', 'No editor has this id.');
    return known.id;
  }

  async function remove(request: Request, response: Response): Promise<void> {
    const admin = await auth.require(request, 'admin');
    await deps.limits.takeEditor(admin.id, response);
    const id = await editorIdOf(request);
    if (!(await passkeys.remove(id, String(request.params['passkey']), admin.id))) {
      throw new Problem('not-found', 'The editor has no such passkey.');
    }
    response.status(204).end();
  }

  route(router, EDITOR_PASSKEYS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const id = await editorIdOf(request);
      response.set('Cache-Control', 'no-store').json({ passkeys: await passkeys.list(id) });
    },
  });
  route(router, EDITOR_PASSKEY, { delete: remove });
}
