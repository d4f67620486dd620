import type { Request, Response, Router } from 'express';
import type { Passkeys } from '../editors/passkeys.ts';
import type { Editor } from '../editors/schema.ts';
import type { SessionStore } from '../editors/sessions.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBody } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';
import {
  newPasskeySchema,
  PASSKEY,
  PASSKEY_OPTIONS,
  PASSKEYS,
  passkeySignInSchema,
  SESSION_BY_PASSKEY,
  SESSION_OPTIONS,
} from './passkeys-operations.ts';
import { createSessionAnswers, signedOut } from './session-answers.ts';

/** Editors make passkeys on their devices, and sign in with them at the desk. */
export function servePasskeys(
  router: Router,
  deps: {
    passkeys: Passkeys;
    sessions: Pick<SessionStore, 'openByPasskey'>;
    auth: Authentication;
    limits: Pick<RateLimits, 'takeAddress' | 'takeEditor'>;
    onRefusedKey: (request: Request) => Promise<void>;
    config: { publicUrl: string };
  },
): void {
  const { auth, limits, passkeys } = deps;
  const answers = createSessionAnswers(deps.config.publicUrl);

  async function counted(request: Request, response: Response): Promise<Editor> {
    const editor = await auth.require(request, 'author');
    await limits.takeEditor(editor.id, response);
    response.set('Cache-Control', 'no-store');
    return editor;
  }

  route(router, PASSKEYS, {
    get: async (request, response) => {
      const { id } = await auth.require(request, 'author');
      response.set('Cache-Control', 'no-store').json({ passkeys: await passkeys.list(id) });
    },
    post: async (request, response) => {
      const editor = await counted(request, response);
      const body = await readBody(request, response, newPasskeySchema);
      const made = await passkeys.register(editor, body.name, body.response);
      if (made.type === 'full') {
        throw new Problem(
          'wrong-status',
          'You have as many passkeys as an editor may have: remove one first.',
        );
      }
      if (made.type === 'refused') {
        const detail =
          'proves no new passkey: ask for new options, and make it at PUBLIC_URL within 5 minutes';
        throw new Problem('invalid-body', 'The passkey was not added.', {
          errors: [{ pointer: '/response', detail }],
        });
      }
      response.status(201).json(made.passkey);
    },
  });

  route(router, PASSKEY_OPTIONS, {
    post: async (request, response) => {
      response.json(await passkeys.registrationOptions(await counted(request, response)));
    },
  });

  route(router, PASSKEY, {
    delete: async (request, response) => {
      const editor = await counted(request, response);
      const removed = await passkeys.remove(editor.id, String(request.params['id']), editor.id);
      if (!removed) throw new Problem('not-found', 'You have no such passkey: GET /v1/passkeys lists yours.');
      response.status(204).end();
    },
  });

  route(router, SESSION_OPTIONS, {
    post: async (request, response) => {
      auth.refuseForeign(request);
      await limits.takeAddress('passkeys', request, response);
      response.set('Cache-Control', 'no-store').json(await passkeys.signInOptions());
    },
  });

  route(router, SESSION_BY_PASSKEY, {
    post: async (request, response) => {
      auth.refuseForeign(request);
      const body = await readBody(request, response, passkeySignInSchema);
      const proven = await passkeys.prove(body.response);
      const opened =
        proven === undefined ? undefined : await deps.sessions.openByPasskey(proven, auth.cookie(request));
      if (opened === undefined) {
        await deps.onRefusedKey(request);
        throw signedOut(
          'This passkey is unknown, was removed, or took too long: try again, or use your API key.',
        );
      }
      answers.open(response, opened);
    },
  });
}
