import type { DeskSession, ProblemDetails } from './answers.ts';
import { createDateClock } from './date-clock.ts';

/** `silent`: no answer came, or an answer (5xx) that does not tell whether the request took effect. */
export type Answer<T> =
  | { readonly type: 'done'; readonly body: T; readonly etag: string }
  | { readonly type: 'refused'; readonly problem: ProblemDetails }
  | { readonly type: 'silent'; readonly problem?: ProblemDetails };

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly body?: object;
  readonly idempotencyKey?: string;
  /** An ETag: change it only if it is still this one. */
  readonly ifMatch?: string | undefined;
  /** Only if there is none yet. */
  readonly onlyNew?: boolean;
}

/** The API as the desk's session calls it. */
export interface Client {
  call<T>(path: string, options?: CallOptions): Promise<Answer<T>>;
  /** Asks who is signed in. Public calls cannot tell: they are answered without a session too. */
  session(): Promise<Answer<DeskSession>>;
  /** Sends the key once and keeps it nowhere: then an HttpOnly cookie replaces it. */
  signIn(key: string): Promise<Answer<DeskSession>>;
  /** Sends what the browser made with a passkey. */
  signInByPasskey(response: object): Promise<Answer<DeskSession>>;
  /** @returns whether nobody is signed in now */
  signOut(): Promise<boolean>;
  /** The server's clock, ms since the epoch: an expiry must not depend on the clock of the editor's machine. */
  readonly now: () => number;
}

/** Longer than the API needs with a slow store, and shorter than an editor's patience. */
const TIMEOUT_MS = 15_000;

/** @param onSignedOut called when the API no longer accepts the session */
export function createClient(onSignedOut: () => void): Client {
  let csrfToken = '';
  const clock = createDateClock();

  async function exchange<T>(path: string, options: CallOptions): Promise<Answer<T>> {
    const { method = 'GET', body, idempotencyKey, ifMatch, onlyNew } = options;
    try {
      const response = await fetch(path, {
        method,
        headers: {
          ...(method === 'GET' ? {} : { 'X-CSRF-Token': csrfToken }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
          ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
          ...(onlyNew === true ? { 'If-None-Match': '*' } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      clock.heard(response.headers.get('date'));
      const text = await response.text();
      if (response.ok) {
        const etag = response.headers.get('etag') ?? '';
        return { type: 'done', body: (text === '' ? undefined : JSON.parse(text)) as T, etag };
      }
      const problem = readProblem(response, text);
      // An answer from a proxy in between, which is not our problem+json, does not tell either.
      if (response.status >= 500 || problem === undefined) {
        return problem === undefined ? { type: 'silent' } : { type: 'silent', problem };
      }
      return { type: 'refused', problem };
    } catch {
      return { type: 'silent' };
    }
  }

  async function session(): Promise<Answer<DeskSession>> {
    return noticed(entered(await exchange<DeskSession>('/v1/session', {})));
  }

  function noticed<T>(answer: Answer<T>): Answer<T> {
    if (isRefusedFor(answer, 'unauthenticated')) onSignedOut();
    return answer;
  }

  function entered(answer: Answer<DeskSession>): Answer<DeskSession> {
    if (answer.type === 'done') csrfToken = answer.body.csrfToken;
    return answer;
  }

  async function renewed<T>(path: string, options: CallOptions): Promise<Answer<T>> {
    const answer = await exchange<T>(path, options);
    // Another tab may have signed in again: we share its session, which has another token.
    const mayRenew = isRefusedFor(answer, 'csrf-refused') && (await session()).type === 'done';
    return mayRenew ? exchange<T>(path, options) : answer;
  }

  return {
    session,
    call: async <T>(path: string, options: CallOptions = {}) => noticed(await renewed<T>(path, options)),
    signIn: async (key) => entered(await exchange('/v1/session', { method: 'POST', body: { key } })),
    signInByPasskey: async (response) =>
      entered(await exchange('/v1/session/passkey', { method: 'POST', body: { response } })),
    signOut: async () => {
      const answer = await renewed('/v1/session', { method: 'DELETE' });
      return answer.type === 'done' || isRefusedFor(answer, 'unauthenticated');
    },
    now: () => clock.now(),
  };
}

export function isRefusedFor(answer: Answer<unknown>, code: string): boolean {
  return answer.type === 'refused' && answer.problem.code === code;
}

function readProblem(response: Response, text: string): ProblemDetails | undefined {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const {
    type,
    errors = [],
    ...rest
  } = JSON.parse(text) as Omit<ProblemDetails, 'code' | 'errors'> &
    Partial<Pick<ProblemDetails, 'errors'>> & { type: string };
  const retryAfter = Number(response.headers.get('retry-after'));
  return {
    ...rest,
    errors,
    code: type.slice(type.lastIndexOf('/') + 1),
    ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
  };
}
