import type { Response } from 'express';
import { z } from 'zod';
import { roleSchema } from '../editors/schema.ts';
import { SESSION_LIFE_MS, type Session } from '../editors/sessions.ts';
import { Problem } from '../http/problem.ts';
import { sessionCookieName } from './authentication.ts';

export const sessionAnswerSchema = z.strictObject({
  editor: z.strictObject({ id: z.string(), name: z.string(), role: roleSchema }),
  csrfToken: z.string().describe('Send it as X-CSRF-Token with every change'),
  expiresAt: z.string(),
});

/** What a browser is told of its session, however it was opened. */
export interface SessionAnswers {
  /** Sets the cookie as well. */
  open(response: Response, opened: { session: Session; token: string }): void;
  show(response: Response, session: Session): void;
  close(response: Response): void;
}

export function createSessionAnswers(publicUrl: string): SessionAnswers {
  const cookieName = sessionCookieName(publicUrl);
  const cookie = {
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl.startsWith('https:'),
    path: '/',
  } as const;

  function show(response: Response, { editor, csrfToken, expiresAt }: Session): void {
    const { id, name, role } = editor;
    response.set('Cache-Control', 'no-store').json({ editor: { id, name, role }, csrfToken, expiresAt });
  }

  return {
    open: (response, { session, token }) => {
      response.cookie(cookieName, token, { ...cookie, maxAge: SESSION_LIFE_MS });
      show(response.status(201), session);
    },
    show,
    close: (response) => {
      response.clearCookie(cookieName, cookie).status(204).end();
    },
  };
}

export function signedOut(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="ajil"' } });
}
