import type { Request, Router } from 'express';
import { z } from 'zod';
import type { SessionStore } from '../editors/sessions.ts';
import type { Authentication } from './authentication.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { createSessionAnswers, sessionAnswerSchema, signedOut } from './session-answers.ts';

const signInSchema = z.strictObject({ key: z.string().min(1).max(200) });

export const SESSION = resource('/v1/session', {
  post: {
    summary: 'Sign in at the desk with an API key; the answer sets the session cookie',
    who: 'all',
    tag: 'desk',
    body: signInSchema,
    answers: { 201: sessionAnswerSchema },
    problems: [...BODY_PROBLEMS, 'unauthenticated', 'csrf-refused', 'too-many-requests'],
  },
  get: {
    summary: 'The signed-in editor',
    who: 'all',
    tag: 'desk',
    answers: { 200: sessionAnswerSchema },
    problems: ['unauthenticated'],
  },
  delete: {
    summary: 'Sign out',
    who: 'all',
    tag: 'desk',
    headers: ['X-CSRF-Token'],
    answers: { 204: null },
    problems: ['csrf-refused'],
  },
});

/** The desk's sign-in: the editor gives the API key once; then a cookie that scripts cannot read replaces it. */
export function serveSession(
  router: Router,
  deps: {
    sessions: SessionStore;
    auth: Authentication;
    onRefusedKey: (request: Request) => Promise<void>;
    config: { publicUrl: string };
  },
): void {
  const answers = createSessionAnswers(deps.config.publicUrl);

  route(router, SESSION, {
    post: async (request, response) => {
      deps.auth.refuseForeign(request);
      const { key } = await readBody(request, response, signInSchema);
      const opened = await deps.sessions.open(key, deps.auth.cookie(request));
      if (opened === undefined) {
        await deps.onRefusedKey(request);
        throw signedOut('This API key is unknown or was revoked.');
      }
      answers.open(response, opened);
    },
    get: async (request, response) => {
      const found = await deps.auth.session(request);
      if (found === undefined) throw signedOut('Sign in with an API key or a passkey.');
      answers.show(response, found.session);
    },
    delete: async (request, response) => {
      // No CSRF token: only our own pages come here, and a page with an old token must be able to sign out.
      deps.auth.refuseForeign(request);
      const token = deps.auth.cookie(request);
      if (token !== undefined) await deps.sessions.close(token);
      answers.close(response);
    },
  });
}
