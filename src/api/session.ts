import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { SESSION_LIFE_MS, type Session, type SessionStore } from '../editors/sessions.ts';
import { sessionCookieName, type Authentication } from './authentication.ts';
import { readBody } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import { route } from '../http/route.ts';

/** The body of `POST /v1/session`. */
export const signInSchema = z.strictObject({ key: z.string().min(1).max(200) });

/** The desk's sign-in: an API key is given once, a cookie that scripts cannot read stands for it from then on. */
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

  route(router, '/v1/session', {
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
      // Without a CSRF token: a page of ours that ends the session harms nobody, and one whose token is old must be able to.
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
