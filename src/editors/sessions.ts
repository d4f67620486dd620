import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import type { AuditLog } from './audit.ts';
import type { ProvenPasskey } from './passkeys.ts';
import type { Editor } from './schema.ts';
import { CLOSE_SESSION } from './scripts/close-session.ts';
import { FIND_SESSION } from './scripts/find-session.ts';
import { OPEN_PASSKEY_SESSION } from './scripts/open-passkey-session.ts';
import { OPEN_SESSION } from './scripts/open-session.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { activeEditor, type EditorStore } from './store.ts';

export interface Session {
  readonly editor: Editor;
  /** A page must send it in `X-CSRF-Token` to change anything. The cookie cannot be computed from it. */
  readonly csrfToken: string;
  readonly expiresAt: string;
}

/**
 * The sessions behind the desk's cookies. Redis holds only the hash of a cookie's value. Opening and closing are
 * audited.
 */
export interface SessionStore {
  /**
   * @param replaced the cookie's value of an earlier session, which ends
   * @returns the session and the value for its cookie; undefined when no editor has this API key
   */
  open(key: string, replaced?: string): Promise<{ session: Session; token: string } | undefined>;
  /** The same with a passkey; undefined when it was used or removed since it proved itself. */
  openByPasskey(
    passkey: ProvenPasskey,
    replaced?: string,
  ): Promise<{ session: Session; token: string } | undefined>;
  /**
   * Undefined if the session is unknown or has ended, or if what opened it is gone: its API key was revoked or replaced, its
   * passkey was removed, or the editor of the passkey was revoked.
   */
  find(token: string): Promise<Session | undefined>;
  /** A second call, or a call with an unknown value, is harmless. */
  close(token: string): Promise<void>;
}

/** A newsroom's day. */
export const SESSION_LIFE_MS = 12 * 60 * 60_000;
/** A session ends after so long without a request: a meeting and lunch. */
export const SESSION_IDLE_MS = 3 * 60 * 60_000;
/** Shortest time between two writes of `seenAt`, because each is a write to the disk. */
const NOTED_EVERY_MS = 5 * 60_000;

const times = {
  expiresAt: z.string(),
  /** Milliseconds since the epoch. Sessions of earlier releases lack it. */
  seenAt: z.number().default(Infinity),
};
/** A session ends with what opened it. */
const storedSchema = z.union([
  z.object({ keyHash: z.string(), ...times }),
  z.object({ passkey: z.object({ editorId: z.string(), id: z.string() }), ...times }),
]);

type Ended = 'opened' | 'closed' | 'missing' | 'moved';

/** @param deps.now milliseconds since the epoch */
export function createSessionStore(deps: {
  redis: Redis;
  editors: Pick<EditorStore, 'authenticate'>;
  audit: Pick<AuditLog, 'commit' | 'noteHead'>;
  now: () => number;
}): SessionStore {
  const { redis, editors } = deps;
  const sessionKey = (token: string): string => keys.session(hashSecret(token));
  const csrfToken = (token: string): string =>
    createHmac('sha256', token).update('X-CSRF-Token').digest('base64url');

  async function find(token: string): Promise<Session | undefined> {
    const names = [keys.audit, keys.editors, keys.editorKeys, sessionKey(token)];
    const [text, opener, head] = await runScript(redis, FIND_SESSION, names, [keys.passkeys('')]);
    deps.audit.noteHead(head);
    if (text === null) return undefined;
    const stored = storedSchema.parse(JSON.parse(text));
    const { expiresAt, seenAt } = stored;
    const now = deps.now();
    if (Date.parse(expiresAt) <= now || seenAt + SESSION_IDLE_MS <= now) return undefined;
    const editor = activeEditor(opener);
    if (editor === undefined) return undefined;
    if (seenAt + NOTED_EVERY_MS <= now) {
      // XX: a session that was closed meanwhile stays closed.
      await redis.set(sessionKey(token), JSON.stringify({ ...stored, seenAt: now }), 'KEEPTTL', 'XX');
    }
    return { editor, csrfToken: csrfToken(token), expiresAt };
  }

  /** A session to be stored, and what its editor's browser gets. */
  function fresh(
    editor: Editor,
    opener: { keyHash: string } | { passkey: { editorId: string; id: string } },
  ) {
    const token = newSecret();
    const now = deps.now();
    const expiresAt = new Date(now + SESSION_LIFE_MS).toISOString();
    return {
      stored: JSON.stringify({ ...opener, expiresAt, seenAt: now }),
      opened: { token, session: { editor, csrfToken: csrfToken(token), expiresAt } },
      namesWith: (replaced = '') => [keys.audit, sessionKey(token), sessionKey(replaced)],
    };
  }

  /** Runs a script that writes an audit entry about an editor's session. */
  const change = (
    editor: Editor,
    action: string,
    run: (link: string) => Promise<['stale', string] | [Ended]>,
  ): Promise<Ended> =>
    deps.audit.commit({ editorId: editor.id, action, target: editor.id }, async (link) => {
      const answer = await run(JSON.stringify(link));
      if (answer[0] === 'stale') return { stale: answer[1] };
      const [value] = answer;
      return { appended: value === 'opened' || value === 'closed', value };
    });

  return {
    open: async (key, replaced) => {
      const editor = await editors.authenticate(key);
      if (editor === undefined) return undefined;
      const { stored, opened, namesWith } = fresh(editor, { keyHash: hashSecret(key) });
      await change(editor, 'session.open', (link) =>
        runScript(redis, OPEN_SESSION, namesWith(replaced), [link, stored, SESSION_LIFE_MS]),
      );
      return opened;
    },
    openByPasskey: async ({ id, editor, before, after }, replaced) => {
      const { stored, opened, namesWith } = fresh(editor, { passkey: { editorId: editor.id, id } });
      const names = [...namesWith(replaced), keys.passkeys(editor.id)];
      const done = await change(editor, 'session.open', (link) =>
        runScript(redis, OPEN_PASSKEY_SESSION, names, [link, stored, SESSION_LIFE_MS, id, before, after]),
      );
      return done === 'opened' ? opened : undefined;
    },
    find,
    close: async (token) => {
      const session = await find(token);
      if (session === undefined) return;
      await change(session.editor, 'session.close', (link) =>
        runScript(redis, CLOSE_SESSION, [keys.audit, sessionKey(token)], [link]),
      );
    },
  };
}
