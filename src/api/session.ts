import type { Response, Router } from 'express';
import { z } from 'zod';
import type { AuditLog } from '../editors/audit.ts';
import { SESSION_LIFE_MS, type Session, type SessionStore } from '../editors/sessions.ts';
import { sessionCookieName, type Authentication } from './authentication.ts';
import { readBody } from './input.ts';
import { Problem } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { route } from './route.ts';

/** The body of `POST /v1/session`. */
export const signInSchema = z.strictObject({ key: z.string().min(1).max(200) });

/** The desk's sign-in: an API key is given once, a cookie that scripts cannot read stands for it from then on. */
export function serveSession(
  router: Router,
  deps: {
    sessions: SessionStore;
    audit: Pick<AuditLog, 'append'>;
    auth: Authentication;
    limits: RateLimits;
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
      await deps.limits.takeAddress('signIn', request, response);
      const { key } = await readBody(request, response, signInSchema);
      const opened = await deps.sessions.open(key);
      if (opened === undefined) throw signedOut('This API key is not known, or was revoked.');
      await deps.audit.append({
        editorId: opened.session.editor.id,
        action: 'session.open',
        target: opened.session.editor.id,
      });
      response.cookie(cookieName, opened.token, { ...cookie, maxAge: SESSION_LIFE_MS });
      show(response.status(201), opened.session);
    },
    get: async (request, response) => {
      const found = await deps.auth.session(request);
      if (found === undefined) throw signedOut('Sign in with an API key.');
      show(response, found.session);
    },
    delete: async (request, response) => {
      const found = await deps.auth.session(request);
      if (found !== undefined) await deps.sessions.close(found.token);
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
