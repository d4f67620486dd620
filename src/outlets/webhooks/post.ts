import { createAsk } from '../request.ts';

/** A receiver has so long to answer, ms. */
const TIMEOUT_MS = 15_000;

export interface Posted {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Posts a body and reads the status; never follows a redirect. Rejects without an answer. */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Posted>;

/**
 * @param allowedOrigins may be private
 * @param closing ends what is under way
 */
export function createPost(
  allowedOrigins: readonly string[],
  closing: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Post {
  // What a receiver says is of no use to us.
  const ask = createAsk({ allowedOrigins, closing, timeoutMs, mostBytes: 0 });
  return async (url, headers, body) => {
    const all = { 'Content-Type': 'application/json', 'User-Agent': 'Ajil-Webhooks/1.0', ...headers };
    const answered = await ask(new URL(url), { method: 'POST', headers: all, body });
    return { status: answered.status, retryAfter: answered.headers['retry-after'] };
  };
}
