import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import type { AuditLog } from './audit.ts';
import { editorSchema, type Editor, type Role } from './schema.ts';
import { CHANGE_EDITOR } from './scripts/change-editor.ts';

/** What is left out stays. Revoking is for good. */
export interface EditorPatch {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly revoked?: true | undefined;
}

export type ChangeResult =
  | { readonly type: 'changed'; readonly editor: Editor }
  /** `revoked`: this editor was revoked, which is for good. `last-admin`: nobody could manage editors any more. */
  | { readonly type: 'missing' | 'revoked' | 'last-admin' };

/** @param deps.now milliseconds since the epoch */
export async function changeEditor(
  deps: { redis: Redis; now: () => number; audit: Pick<AuditLog, 'commit'> },
  id: string,
  patch: EditorPatch,
  by: string,
): Promise<ChangeResult> {
  const store = [keys.audit, keys.editors, keys.editorKeys];
  for (;;) {
    const stored = await deps.redis.hget(keys.editors, id);
    if (stored === null) return { type: 'missing' };
    const before = editorSchema.parse(JSON.parse(stored));
    const { name = before.name, role = before.role } = patch;
    const revoking = patch.revoked === true && before.revokedAt === null;
    const changes = [
      ...(name === before.name ? [] : ['rename']),
      ...(role === before.role ? [] : [`make-${role}`]),
      ...(revoking ? ['revoke'] : []),
    ];
    if (changes.length === 0) return { type: 'changed', editor: before };
    if (before.revokedAt !== null) return { type: 'revoked' };
    const revokedAt = revoking ? new Date(deps.now()).toISOString() : null;
    const editor: Editor = { ...before, name, role, revokedAt };
    const entry = { editorId: by, action: `editor.${changes.join('-and-')}`, target: id };
    const done = await deps.audit.commit(entry, async (link) => {
      const args = [JSON.stringify(link), id, JSON.stringify(editor), stored];
      const answer = await runScript(deps.redis, CHANGE_EDITOR, store, args);
      return answer[0] === 'stale'
        ? { stale: answer[1] }
        : { appended: answer[0] === 'changed', value: answer[0] };
    });
    if (done === 'changed') return { type: done, editor };
    if (done === 'last-admin') return { type: done };
  }
}
