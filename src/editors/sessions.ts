import { createHmac } from 'node:crypto';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { Editor } from './schema.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { EditorStore } from './store.ts';

export interface Session {
  readonly editor: Editor;
  /** What a page must show in `X-CSRF-Token` to change anything; it cannot be turned back into the cookie. */
  readonly csrfToken: string;
  readonly expiresAt: string;
}

/** What the desk's cookie stands for. Redis holds only the hash of the cookie's value. */
export interface SessionStore {
  /** @returns the session and the value for its cookie; undefined when no editor has this API key */
  open(key: string): Promise<{ session: Session; token: string } | undefined>;
  /** Undefined when it is unknown, has ended, or the API key that it was opened with was revoked or replaced. */
  find(token: string): Promise<Session | undefined>;
  close(token: string): Promise<void>;
}

/** A newsroom's day. */
export const SESSION_LIFE_MS = 12 * 60 * 60_000;

/** @param deps.now milliseconds since the epoch */
export function createSessionStore(deps: {
  redis: Redis;
  editors: Pick<EditorStore, 'authenticate' | 'findByKeyHash'>;
  now: () => number;
}): SessionStore {
  const { redis, editors } = deps;
  const sessionKey = (token: string): string => keys.session(hashSecret(token));
  const csrfToken = (token: string): string =>
    createHmac('sha256', token).update('X-CSRF-Token').digest('base64url');

  return {
    open: async (key) => {
      const editor = await editors.authenticate(key);
      if (editor === undefined) return undefined;
      const token = newSecret();
      const expiresAt = new Date(deps.now() + SESSION_LIFE_MS).toISOString();
      await redis.set(
        sessionKey(token),
        JSON.stringify({ keyHash: hashSecret(key), expiresAt }),
        'PX',
        SESSION_LIFE_MS,
      );
      return { token, session: { editor, csrfToken: csrfToken(token), expiresAt } };
    },
    find: async (token) => {
      const stored = await redis.get(sessionKey(token));
      if (stored === null) return undefined;
      const { keyHash, expiresAt } = JSON.parse(stored) as { keyHash: string; expiresAt: string };
      if (Date.parse(expiresAt) <= deps.now()) return undefined;
      const editor = await editors.findByKeyHash(keyHash);
      return editor === undefined ? undefined : { editor, csrfToken: csrfToken(token), expiresAt };
    },
    close: async (token) => {
      await redis.del(sessionKey(token));
    },
  };
}
