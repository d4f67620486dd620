import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';
import { editorSchema, type Editor, type Role } from './schema.ts';
import { hashSecret, newSecret } from './secrets.ts';

export interface EditorStore {
  /** @returns the key too: it is shown once and cannot be read again */
  add(input: { name: string; role: Role }): Promise<{ editor: Editor; key: string }>;
  /** In the order they were added, the revoked too. */
  list(): Promise<readonly Editor[]>;
  /** Gives an editor a new key; the old one and its sessions end. */
  replaceKey(id: string): Promise<ReplaceResult>;
  /** Ends a key and its sessions, for good: nothing gives this editor another. Undefined when there is no such editor; again is harmless. */
  revoke(id: string): Promise<Editor | undefined>;
  /** Whose key this is; undefined for an unknown or revoked one. */
  authenticate(key: string): Promise<Editor | undefined>;
  /** The same by the key's hash. */
  findByKeyHash(hash: string): Promise<Editor | undefined>;
  /**
   * Sees to it that there is an admin. With `adminKey`, that key is the one of the editor `admin`, and an earlier one of
   * that editor ends. Without, a key is made if there was never an `admin`: one process of any number gets it, once. A
   * revoked `admin` stays revoked.
   */
  ensureAdmin(options: { adminKey?: string | undefined }): Promise<AdminResult>;
}

type ReplaceResult =
  | { readonly type: 'replaced'; readonly editor: Editor; readonly key: string }
  | { readonly type: 'revoked'; readonly editor: Editor }
  | { readonly type: 'missing' };

/** What a start changed. `key`: the one that was made. */
type AdminResult =
  | { readonly type: 'added'; readonly key?: string }
  | { readonly type: 'replaced' | 'unchanged' }
  /** There is a configured key, and nobody whose key it may be. */
  | { readonly type: 'revoked' };

type PutResult = 'added' | 'replaced' | 'unchanged' | 'revoked';

/** The editor that a start sees to. */
export const ADMIN_ID = 'admin';

// KEYS: editors, keys. ARGV: id, json, hash, only if absent. The key that the editor had before ends.
const PUT = script(`
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and ARGV[4] == '1' then return 'unchanged' end
if before and cjson.decode(before).revokedAt ~= cjson.null then return 'revoked' end
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[1] then return 'unchanged' end
if before then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do if all[i + 1] == ARGV[1] then redis.call('HDEL', KEYS[2], all[i]) end end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
return before and 'replaced' or 'added'`);

// KEYS: editors, keys. ARGV: id, time. Answers the editor as it is now.
const REVOKE = script(`
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return false end
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do if all[i + 1] == ARGV[1] then redis.call('HDEL', KEYS[2], all[i]) end end
local editor = cjson.decode(stored)
if editor.revokedAt == cjson.null then
  editor.revokedAt = ARGV[2]
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(editor))
end
return redis.call('HGET', KEYS[1], ARGV[1])`);

/** @param deps.now milliseconds since the epoch */
export function createEditorStore(deps: { redis: Redis; now: () => number }): EditorStore {
  const { redis } = deps;

  const parse = (stored: string): Editor => editorSchema.parse(JSON.parse(stored));
  const time = (): string => new Date(deps.now()).toISOString();

  async function put(editor: Editor, key: string, onlyIfAbsent: boolean): Promise<PutResult> {
    const args = [editor.id, JSON.stringify(editor), hashSecret(key), onlyIfAbsent ? '1' : ''];
    return (await runScript(redis, PUT, [keys.editors, keys.editorKeys], args)) as PutResult;
  }

  async function findByKeyHash(hash: string): Promise<Editor | undefined> {
    const id = await redis.hget(keys.editorKeys, hash);
    const stored = id === null ? null : await redis.hget(keys.editors, id);
    const editor = stored === null ? undefined : parse(stored);
    return editor?.revokedAt === null ? editor : undefined;
  }

  // Looked up by its hash, so the time it takes says nothing of the key.
  const authenticate = (key: string): Promise<Editor | undefined> => findByKeyHash(hashSecret(key));

  return {
    add: async ({ name, role }) => {
      const editor: Editor = { id: randomUUID(), name, role, createdAt: time(), revokedAt: null };
      const key = `ajil_${newSecret()}`;
      await put(editor, key, false);
      return { editor, key };
    },
    list: async () => {
      const stored = await redis.hvals(keys.editors);
      return stored.map(parse).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    replaceKey: async (id) => {
      const stored = await redis.hget(keys.editors, id);
      if (stored === null) return { type: 'missing' };
      const editor = parse(stored);
      const key = `ajil_${newSecret()}`;
      if ((await put(editor, key, false)) === 'revoked') return { type: 'revoked', editor };
      return { type: 'replaced', editor, key };
    },
    revoke: async (id) => {
      const stored = await runScript(redis, REVOKE, [keys.editors, keys.editorKeys], [id, time()]);
      return typeof stored === 'string' ? parse(stored) : undefined;
    },
    authenticate,
    findByKeyHash,
    ensureAdmin: async ({ adminKey }) => {
      const admin: Editor = {
        id: ADMIN_ID,
        name: 'Admin',
        role: 'admin',
        createdAt: time(),
        revokedAt: null,
      };
      if (adminKey !== undefined) return { type: await put(admin, adminKey, false) };
      const key = `ajil_${newSecret()}`;
      const type = await put(admin, key, true);
      return type === 'added' ? { type, key } : { type };
    },
  };
}
