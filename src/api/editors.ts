import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { lineSchema } from '../alerts/schema.ts';
import { editorSchema, MOST_NAME_LENGTH, roleSchema, type Editor } from '../editors/schema.ts';
import type { EditorStore } from '../editors/store.ts';
import { Problem } from '../http/problem.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

const nameSchema = lineSchema(MOST_NAME_LENGTH);
const newEditorSchema = z.strictObject({ name: nameSchema, role: roleSchema });
const editorPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  role: roleSchema.optional(),
  revoked: z.literal(true).optional(),
});

const shown = editorSchema.strict();
const withKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  key: z.string().describe('The API key. Only in this answer; it cannot be read again'),
});

export const EDITORS = resource('/v1/editors', {
  get: {
    summary: 'List the editors, also the revoked ones',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.strictObject({ editors: z.array(shown) }) },
    problems: ['forbidden'],
  },
  post: {
    summary: 'Add an editor',
    description: 'The API key is in this answer only. For admins.',
    who: 'editor',
    tag: 'desk',
    body: newEditorSchema,
    example: { name: 'Night desk', role: 'author' },
    answers: { 201: withKey },
    problems: [...BODY_PROBLEMS, 'forbidden'],
  },
});

export const EDITOR = resource('/v1/editors/:id', {
  patch: {
    summary: 'Rename an editor, give another role, or revoke an editor for good',
    description:
      'A role counts from the next request, also in sessions. Revoking ends the key and its sessions, and cannot be undone. Nobody can take the role of an admin from themselves. For admins.',
    who: 'editor',
    tag: 'desk',
    body: editorPatchSchema,
    example: { role: 'approver' },
    answers: { 200: shown },
    problems: [...BODY_PROBLEMS, 'forbidden', 'not-found', 'wrong-status'],
  },
});

export const EDITOR_KEY = resource('/v1/editors/:id/key', {
  post: {
    summary: 'Give an editor a new API key',
    description:
      'The earlier key and its sessions end, also one’s own. The key is in this answer only. For admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 201: withKey },
    problems: ['forbidden', 'not-found', 'wrong-status'],
  },
});

export const EDITOR_NAMES = resource('/v1/editor-names', {
  get: {
    summary: 'The names of all editors by id, also of the revoked ones',
    description: 'Alerts name their editors by id. For every editor.',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.strictObject({ names: z.record(z.string(), z.string()) }) },
    problems: [],
  },
});

/** Lets admins manage the editors. */
export function serveEditors(
  router: Router,
  deps: {
    readonly editors: Pick<EditorStore, 'list' | 'add' | 'change' | 'replaceKey'>;
    readonly auth: Authentication;
  },
): void {
  const { editors, auth } = deps;
  const idOf = (request: Request): string => String(request.params['id']);

  function showKey(response: Response, { id, name, role }: Editor, key: string): void {
    response.status(201).set('Cache-Control', 'no-store').json({ id, name, role, key });
  }

  async function add(request: Request, response: Response): Promise<void> {
    const admin = await auth.require(request, 'admin');
    const input = await readBody(request, response, newEditorSchema);
    const { editor, key } = await editors.add({ ...input, by: admin.id });
    response.location(`/v1/editors/${editor.id}`);
    showKey(response, editor, key);
  }

  async function change(request: Request, response: Response): Promise<void> {
    const admin = await auth.require(request, 'admin');
    const patch = await readBody(request, response, editorPatchSchema);
    const loses = patch.revoked === true || (patch.role !== undefined && patch.role !== 'admin');
    if (loses && idOf(request) === admin.id) {
      throw new Problem('wrong-status', 'Nobody can revoke or demote themselves: ask another admin.');
    }
    const result = await editors.change(idOf(request), patch, admin.id);
    if (result.type !== 'changed') throw refusal(result.type);
    response.set('Cache-Control', 'no-store').json(result.editor);
  }

  async function replaceKey(request: Request, response: Response): Promise<void> {
    const admin = await auth.require(request, 'admin');
    const result = await editors.replaceKey(idOf(request), admin.id);
    if (result.type !== 'replaced') throw refusal(result.type);
    showKey(response, result.editor, result.key);
  }

  route(router, EDITORS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      response.set('Cache-Control', 'no-store').json({ editors: await editors.list() });
    },
    post: add,
  });
  route(router, EDITOR_NAMES, {
    get: async (request, response) => {
      await auth.require(request, 'author');
      const names = Object.fromEntries((await editors.list()).map(({ id, name }) => [id, name]));
      response.set('Cache-Control', 'no-store').json({ names });
    },
  });
  route(router, EDITOR, { patch: change });
  route(router, EDITOR_KEY, { post: replaceKey });
}

function refusal(why: 'missing' | 'revoked' | 'last-admin'): Problem {
  if (why === 'missing') return new Problem('not-found', 'No editor has this id.');
  return new Problem(
    'wrong-status',
    why === 'revoked'
      ? 'This editor was revoked for good: add the person as a new editor.'
      : 'This is the last admin: make another editor an admin first.',
  );
}
