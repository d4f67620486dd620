import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { roleSchema } from '../editors/schema.ts';
import { SESSION_LIFE_MS, type Session, type SessionStore } from '../editors/sessions.ts';
import { sessionCookieName, type Authentication } from './authentication.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

const signInSchema = z.strictObject({ key: z.string().min(1).max(200) });

const sessionAnswerSchema = z.strictObject({
  editor: z.strictObject({ id: z.string(), name: z.string(), role: roleSchema }),
  csrfToken: z.string().describe('Send it as X-CSRF-Token with every change'),
  expiresAt: z.string(),
});

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
  const cookieName = sessionCookieName(deps.config.publicUrl);
  const cookie = {
    httpOnly: true,
    sameSite: 'strict',
    secure: deps.config.publicUrl.startsWith('https:'),
    path: '/',
  } as const;

  route(router, SESSION, {
    post: async (request, response) => {
      deps.auth.refuseForeign(request);
      const { key } = await readBody(request, response, signInSchema);
      const opened = await deps.sessions.open(key, deps.auth.cookie(request));
      if (opened === undefined) {
        await deps.onRefusedKey(request);
        throw signedOut('This API key is unknown or was revoked.');
      }
      response.cookie(cookieName, opened.token, { ...cookie, maxAge: SESSION_LIFE_MS });
      show(response.status(201), opened.session);
    },
    get: async (request, response) => {
      const found = await deps.auth.session(request);
      if (found === undefined) throw signedOut('Sign in with an API key.');
      show(response, found.session);
    },
    delete: async (request, response) => {
      // No CSRF token: only our own pages come here, and a page with an old token must be able to sign out.
      deps.auth.refuseForeign(request);
      const token = deps.auth.cookie(request);
      if (token !== undefined) await deps.sessions.close(token);
      response.clearCookie(cookieName, cookie).status(204).end();
    },
  });
}

function show(response: Response, { editor, csrfToken, expiresAt }: Session): void {
  const { id, name, role } = editor;
  response.set('Cache-Control', 'no-store').json({ editor: { id, name, role }, csrfToken, expiresAt });
}

function signedOut(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="ajil"' } });
}
