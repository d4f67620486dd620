/** Why the server refused, in its own words (RFC 9457). */
interface Problem {
  /** A URL whose last part names the problem. */
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly {
    readonly pointer?: string;
    readonly parameter?: string;
    readonly detail: string;
  }[];
}

/** The server refused, or could not be reached after several tries (`status` 0). */
export class AjilError extends Error {
  override readonly name = 'AjilError';
  readonly status: number;
  readonly code: string | undefined;
  readonly errors: NonNullable<Problem['errors']>;
  constructor(status: number, { type, title, detail, errors = [] }: Problem) {
    super([title ?? `the server answered ${status}`, detail].filter(Boolean).join(': '));
    this.status = status;
    this.code = type?.split('/').at(-1);
    this.errors = errors;
  }
}

/** A server that restarts is back within seconds. */
const WAITS_MS = [500, 2000, 5000];
const TIMEOUT_MS = 20_000;
/** What passes by itself. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Sends alerts as an editor. What had no answer is repeated with the same `Idempotency-Key`, so it takes effect once. See
 * `package/index.d.ts`.
 */
export function createSender({ server, key }: { readonly server: string; readonly key: string }) {
  async function ask(
    method: string,
    path: string,
    body?: object,
    idempotencyKey?: string,
  ): Promise<Response> {
    return fetch(new URL(path, server), {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A key must not follow a redirect to another site.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  async function call(
    method: string,
    path: string,
    body?: object,
    idempotencyKey?: string,
  ): Promise<unknown> {
    let failure: AjilError | undefined;
    for (const wait of [0, ...WAITS_MS]) {
      await sleep(wait);
      const response = await ask(method, path, body, idempotencyKey).catch(
        (error: unknown) => error as Error,
      );
      if (response instanceof Error) {
        failure = new AjilError(0, { title: 'the server cannot be reached', detail: response.message });
        continue;
      }
      const answer: unknown = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      failure = new AjilError(response.status, answer as Problem);
      if (!PASSING.has(response.status)) break;
    }
    throw failure as AjilError;
  }

  const post = (path: string, body: object, { idempotencyKey }: { readonly idempotencyKey?: string } = {}) =>
    call('POST', path, body, idempotencyKey ?? crypto.randomUUID());
  const alertPath = (id: string): string => `/v1/alerts/${encodeURIComponent(id)}`;
  const change = (kind: string) => (id: string, fields: object, options?: { idempotencyKey?: string }) =>
    post(`${alertPath(id)}/versions`, { ...fields, change: kind }, options);

  return {
    send: (alert: object, options?: { idempotencyKey?: string }) => post('/v1/alerts', alert, options),
    update: change('update'),
    correct: change('correction'),
    retract: (id: string, note?: string, options?: { idempotencyKey?: string }) =>
      change('retraction')(id, note === undefined ? {} : { note }, options),
    get: (id: string) => call('GET', alertPath(id)),
    report: (id: string) => call('GET', `${alertPath(id)}/report`),
  };
}

const sleep = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));
