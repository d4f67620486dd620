import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import type { AuditLog } from './audit.ts';
import { changeEditor, type ChangeResult, type EditorPatch } from './change-editor.ts';
import { editorSchema, type Editor, type Role } from './schema.ts';
import { FIND_EDITOR } from './scripts/find-editor.ts';
import { PUT_EDITOR } from './scripts/put-editor.ts';
import { REVOKE_EDITOR } from './scripts/revoke-editor.ts';
import { hashSecret, newSecret } from './secrets.ts';

/** Each change is written together with its entry in the audit log. `by` is an editor's id or a program's name. */
export interface EditorStore {
  /** @returns the key as well, which is shown once and cannot be read again */
  add(input: { name: string; role: Role; by: string }): Promise<{ editor: Editor; key: string }>;
  /** All editors, including revoked ones, in the order in which they were added. */
  list(): Promise<readonly Editor[]>;
  /** Gives an editor a new key and ends the old key with its sessions. A refusal is audited as well. */
  replaceKey(id: string, by: string): Promise<ReplaceResult>;
  /** Changes a name or a role, or revokes. Unlike {@link revoke} it leaves an admin. */
  change(id: string, patch: EditorPatch, by: string): Promise<ChangeResult>;
  /**
   * Ends a key and its sessions for good: this editor never gets another. Undefined if the editor is unknown. A second
   * call is harmless.
   */
  revoke(id: string, by: string): Promise<Editor | undefined>;
  /** The editor with this key; undefined if the key is unknown or revoked. */
  authenticate(key: string): Promise<Editor | undefined>;
  /** The editor with this id; undefined if there is none, or if they were revoked. */
  find(id: string): Promise<Editor | undefined>;
  /**
   * Makes sure that the editor `admin` exists. `adminKey` becomes the key of `admin` and ends an earlier one. Without it, a
   * key is made if there was never an `admin`, and one of the processes that start together gets it. A revoked `admin` stays
   * revoked, and one who was given another role keeps that role.
   */
  ensureAdmin(options: { adminKey?: string | undefined }): Promise<AdminResult>;
}

type ReplaceResult =
  | { readonly type: 'replaced'; readonly editor: Editor; readonly key: string }
  | { readonly type: 'revoked'; readonly editor: Editor }
  | { readonly type: 'missing' };

/** What a start changed. `key` is the key that was made. */
type AdminResult =
  | { readonly type: 'added'; readonly key?: string }
  /** `role` of `admin`, which an admin can change. */
  | { readonly type: 'replaced' | 'unchanged'; readonly role: Role }
  /** A key is configured, but `admin` was revoked and cannot have it. */
  | { readonly type: 'revoked' };

type PutResult = 'added' | 'replaced' | 'unchanged' | 'revoked';

/** The editor that every start makes sure of. */
export const ADMIN_ID = 'admin';

/** Longest id in the entry of a refusal, because it comes from a command line. */
const MOST_ID_LENGTH = 100;

/** @param deps.now milliseconds since the epoch */
export function createEditorStore(deps: {
  redis: Redis;
  now: () => number;
  audit: Pick<AuditLog, 'commit' | 'append' | 'noteHead'>;
}): EditorStore {
  const { redis, audit } = deps;
  const store = [keys.audit, keys.editors, keys.editorKeys];

  const time = (): string => new Date(deps.now()).toISOString();

  async function put(
    editor: Editor,
    key: string,
    entry: { editorId: string; action: string },
    onlyIfAbsent = false,
  ): Promise<PutResult> {
    const rest = [editor.id, JSON.stringify(editor), hashSecret(key), onlyIfAbsent ? '1' : ''];
    return audit.commit({ ...entry, target: editor.id }, async (link) => {
      const answer = await runScript(redis, PUT_EDITOR, store, [JSON.stringify(link), ...rest]);
      if (answer[0] === 'stale') return { stale: answer[1] };
      const [type] = answer;
      return { appended: type === 'added' || type === 'replaced', value: type };
    });
  }

  return {
    add: async ({ name, role, by }) => {
      const editor: Editor = { id: randomUUID(), name, role, createdAt: time(), revokedAt: null };
      const key = `ajil_${newSecret()}`;
      await put(editor, key, { editorId: by, action: `editor.add-${role}` });
      return { editor, key };
    },
    list: async () => {
      const stored = await redis.hvals(keys.editors);
      return stored.map(parse).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    replaceKey: async (id, by) => {
      const stored = await redis.hget(keys.editors, id);
      const editor = stored === null ? undefined : parse(stored);
      const key = `ajil_${newSecret()}`;
      const entry = { editorId: by, action: 'editor.replace-key' };
      const done = editor === undefined ? 'missing' : await put(editor, key, entry);
      if (editor !== undefined && done === 'replaced') return { type: 'replaced', editor, key };
      await audit.append({ ...entry, action: 'editor.replace-key-refused', target: shortened(id) });
      return editor === undefined ? { type: 'missing' } : { type: 'revoked', editor };
    },
    change: (id, patch, by) => changeEditor(deps, id, patch, by),
    revoke: async (id, by) => {
      const stored = await audit.commit(
        { editorId: by, action: 'editor.revoke', target: id },
        async (link) => {
          const answer = await runScript(redis, REVOKE_EDITOR, store, [JSON.stringify(link), id, time()]);
          if (answer[0] === 'stale') return { stale: answer[1] };
          const revoked = answer[0] === 'revoked' ? answer[1] : undefined;
          return { appended: revoked !== undefined, value: revoked };
        },
      );
      if (stored !== undefined) return parse(stored);
      await audit.append({ editorId: by, action: 'editor.revoke-refused', target: shortened(id) });
      return undefined;
    },
    authenticate: async (key) => {
      // The key is looked up by its hash, so the time it takes says nothing about the key.
      const [stored, head] = await runScript(redis, FIND_EDITOR, store, [hashSecret(key)]);
      audit.noteHead(head);
      return activeEditor(stored);
    },
    find: async (id) => activeEditor(await redis.hget(keys.editors, id)),
    ensureAdmin: async ({ adminKey }) => {
      const admin: Editor = {
        id: ADMIN_ID,
        name: 'Admin',
        role: 'admin',
        createdAt: time(),
        revokedAt: null,
      };
      const started = { editorId: 'server', action: 'editor.set-admin-key' };
      const made = `ajil_${newSecret()}`;
      const type = await put(admin, adminKey ?? made, started, adminKey === undefined);
      if (type === 'added') return adminKey === undefined ? { type, key: made } : { type };
      if (type === 'revoked') return { type };
      const stored = await redis.hget(keys.editors, ADMIN_ID);
      return { type, role: stored === null ? admin.role : parse(stored).role };
    },
  };
}

const parse = (stored: string): Editor => editorSchema.parse(JSON.parse(stored));

/** Undefined: there is none, or they were revoked. */
export function activeEditor(stored: string | null): Editor | undefined {
  const editor = stored === null ? undefined : parse(stored);
  return editor?.revokedAt === null ? editor : undefined;
}

const shortened = (id: string): string => id.slice(0, MOST_ID_LENGTH);
