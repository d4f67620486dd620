import { createAsk } from '../request.ts';

/** A callback has so long to answer, ms. */
const TIMEOUT_MS = 5000;
/** A challenge is shorter; more than this is none. */
const MOST_ANSWER_BYTES = 256;

export interface Asked {
  readonly status: number;
  /** As much of the answer as a challenge may have. */
  readonly body: string;
}

/** Asks a callback with these parameters in its query. Never follows a redirect. Rejects without an answer. */
export type AskCallback = (callback: string, parameters: Readonly<Record<string, string>>) => Promise<Asked>;

/**
 * @param allowedOrigins may be private
 * @param closing ends what is under way
 */
export function createAskCallback(allowedOrigins: readonly string[], closing: AbortSignal): AskCallback {
  const ask = createAsk({ allowedOrigins, closing, timeoutMs: TIMEOUT_MS, mostBytes: MOST_ANSWER_BYTES });
  const headers = { Accept: 'text/plain', 'User-Agent': 'Ajil-WebSub/1.0' };
  return async (callback, parameters) => {
    const { status, body } = await ask(withParameters(callback, parameters), { method: 'GET', headers });
    return { status, body: body.toString('latin1') };
  };
}

/** The parameters come after those that the callback has, which stay as they are (WebSub, section 5.3). */
function withParameters(callback: string, parameters: Readonly<Record<string, string>>): URL {
  const url = new URL(callback);
  const added = new URLSearchParams(parameters).toString();
  url.search = url.search === '' ? added : `${url.search}&${added}`;
  url.hash = '';
  return url;
}
