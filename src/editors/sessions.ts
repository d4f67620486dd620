import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import type { AuditLog } from './audit.ts';
import type { Editor } from './schema.ts';
import { CLOSE_SESSION } from './scripts/close-session.ts';
import { OPEN_SESSION } from './scripts/open-session.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { EditorStore } from './store.ts';

export interface Session {
  readonly editor: Editor;
  /** What a page must show in `X-CSRF-Token` to change anything; it cannot be turned back into the cookie. */
  readonly csrfToken: string;
  readonly expiresAt: string;
}

/** What the desk's cookie stands for. Redis holds only the hash of the cookie's value. Opening and closing are audited. */
export interface SessionStore {
  /**
   * @param replaced the cookie's value of the session that this one takes the place of: it ends
   * @returns the session and the value for its cookie; undefined when no editor has this API key
   */
  open(key: string, replaced?: string): Promise<{ session: Session; token: string } | undefined>;
  /** Undefined when it is unknown, has ended, or the API key that it was opened with was revoked or replaced. */
  find(token: string): Promise<Session | undefined>;
  /** Again, or with a value that is unknown, is harmless. */
  close(token: string): Promise<void>;
}

/** A newsroom's day. */
export const SESSION_LIFE_MS = 12 * 60 * 60_000;
/** A session of which nothing is heard for so long ends: a meeting and lunch. */
export const SESSION_IDLE_MS = 3 * 60 * 60_000;
/** Being heard of is written down no more often than this: each time is a write to the disk. */
const NOTED_EVERY_MS = 5 * 60_000;

const storedSchema = z.object({
  keyHash: z.string(),
  expiresAt: z.string(),
  /** Milliseconds since the epoch; sessions of before have none. */
  seenAt: z.number().default(Infinity),
});

/** @param deps.now milliseconds since the epoch */
export function createSessionStore(deps: {
  redis: Redis;
  editors: Pick<EditorStore, 'authenticate' | 'findByKeyHash'>;
  audit: Pick<AuditLog, 'commit'>;
  now: () => number;
}): SessionStore {
  const { redis, editors } = deps;
  const sessionKey = (token: string): string => keys.session(hashSecret(token));
  const csrfToken = (token: string): string =>
    createHmac('sha256', token).update('X-CSRF-Token').digest('base64url');

  async function find(token: string): Promise<Session | undefined> {
    const text = await redis.get(sessionKey(token));
    if (text === null) return undefined;
    const stored = storedSchema.parse(JSON.parse(text));
    const { keyHash, expiresAt, seenAt } = stored;
    const now = deps.now();
    if (Date.parse(expiresAt) <= now || seenAt + SESSION_IDLE_MS <= now) return undefined;
    const editor = await editors.findByKeyHash(keyHash);
    if (editor === undefined) return undefined;
    if (seenAt + NOTED_EVERY_MS <= now) {
      // XX: one that is being closed meanwhile stays closed.
      await redis.set(sessionKey(token), JSON.stringify({ ...stored, seenAt: now }), 'KEEPTTL', 'XX');
    }
    return { editor, csrfToken: csrfToken(token), expiresAt };
  }

  /** Runs a script that writes an audit entry about an editor's session. */
  const change = (
    editor: Editor,
    action: string,
    run: (link: string) => Promise<['stale', string] | ['opened' | 'closed' | 'missing']>,
  ): Promise<void> =>
    deps.audit.commit({ editorId: editor.id, action, target: editor.id }, async (link) => {
      const answer = await run(JSON.stringify(link));
      if (answer[0] === 'stale') return { stale: answer[1] };
      return { appended: answer[0] !== 'missing', value: undefined };
    });

  return {
    open: async (key, replaced) => {
      const editor = await editors.authenticate(key);
      if (editor === undefined) return undefined;
      const token = newSecret();
      const now = deps.now();
      const expiresAt = new Date(now + SESSION_LIFE_MS).toISOString();
      const stored = JSON.stringify({ keyHash: hashSecret(key), expiresAt, seenAt: now });
      const names = [keys.audit, sessionKey(token), sessionKey(replaced ?? '')];
      await change(editor, 'session.open', (link) =>
        runScript(redis, OPEN_SESSION, names, [link, stored, SESSION_LIFE_MS]),
      );
      return { token, session: { editor, csrfToken: csrfToken(token), expiresAt } };
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
