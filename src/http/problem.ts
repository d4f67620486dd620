import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import { NotReplicatedError } from '../redis/not-replicated.ts';
import { requestIdOf } from './request-log.ts';

/** All ways a request can fail: code, status and meaning. `type` is `<publicUrl>/problems/<code>`. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP or JSON' },
  'invalid-query': { status: 400, title: 'A query parameter is wrong' },
  'invalid-header': { status: 400, title: 'A header is wrong' },
  unauthenticated: { status: 401, title: 'The request has no valid credentials' },
  forbidden: { status: 403, title: 'The caller is not allowed to do this' },
  'csrf-refused': { status: 403, title: 'The request does not come from the desk' },
  'own-approval': { status: 403, title: 'A second person must approve the alert' },
  'invalid-receipt': { status: 403, title: 'The receipt was not made for this alert' },
  'not-found': { status: 404, title: 'The resource does not exist' },
  'method-not-allowed': { status: 405, title: 'The resource does not support this method' },
  'request-timeout': { status: 408, title: 'The request was not complete in time' },
  'duplicate-alert': { status: 409, title: 'The same was sent a short time ago' },
  'no-test-device': { status: 409, title: 'The editor has no test device' },
  'version-conflict': { status: 409, title: 'The alert has a newer version' },
  'wrong-status': { status: 409, title: "The alert's status does not allow this" },
  'story-ended': { status: 409, title: 'The story has ended' },
  'subscription-conflict': { status: 409, title: 'The endpoint is subscribed with other keys' },
  'precondition-failed': { status: 412, title: 'A precondition of the request does not hold' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'precondition-required': { status: 428, title: 'The request must name the state that it changes' },
  'unsupported-media-type': { status: 415, title: "The body's media type or encoding is not supported" },
  'range-not-satisfiable': { status: 416, title: 'The requested range does not exist' },
  'expectation-failed': { status: 417, title: 'The server does not support this Expect header' },
  'invalid-body': { status: 422, title: 'A field of the body is wrong' },
  'article-unreadable': { status: 422, title: "The article's page cannot be read" },
  'message-too-large': { status: 422, title: 'The alert does not fit into a push message' },
  'endpoint-not-allowed': { status: 422, title: 'The endpoint does not belong to a known push service' },
  'idempotency-conflict': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'upgrade-required': { status: 426, title: 'The resource needs a WebSocket or text/event-stream' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Internal error' },
  'not-replicated': { status: 503, title: 'Stored, but not yet on a second machine' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A fault of one field: a `pointer` (RFC 6901) into the body, or the name of a query `parameter` or `header`. */
export interface FieldError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly detail: string;
  /** Sizes in bytes of UTF-8. */
  readonly bytes?: number;
  readonly limit?: number;
}

interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members (RFC 9457, section 3.2). */
  readonly extension?: Readonly<Record<string, string | number>>;
}

/** Code that serves a request throws it; the client gets it as `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly options: ProblemOptions;
  /** @param detail one sentence for this occurrence that says what to do */
  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    this.options = options;
  }
}

/** Makes the problem details (RFC 9457) of the API and of the live line. @param id a UUID for this occurrence */
export function problemDetails(
  publicUrl: string,
  { code, detail, errors }: { code: ProblemCode; detail: string; errors?: readonly FieldError[] | undefined },
  id: string,
) {
  const { status, title } = PROBLEMS[code];
  return {
    type: `${publicUrl}/problems/${code}`,
    title,
    status,
    detail,
    instance: `urn:uuid:${id}`,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Answers a thrown error as `application/problem+json`. */
export function createProblemWriter(deps: { publicUrl: string; logger: Logger }) {
  // Express recognises an error handler by its four parameters.
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const problem = toProblem(error);
    if (problem.code === 'internal-error') {
      deps.logger.error(
        { err: error, requestId: requestIdOf(response) },
        'a request failed with an internal error',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { errors, headers = {}, extension = {} } = problem.options;
    const described = { code: problem.code, detail: problem.message, errors };
    const body = {
      ...problemDetails(deps.publicUrl, described, requestIdOf(response)),
      ...extension,
    };
    response.status(body.status).set({ 'Cache-Control': 'no-store', ...headers });
    // To a HEAD request, Express sends the body's length without the body (RFC 9110, section 8.6).
    response.type('application/problem+json').send(JSON.stringify(body));
  };
}

const RETRY_AFTER_SECONDS = '2';
/** The store may fail between the change and its answer. */
const AWAY =
  'The store is unavailable. The change may or may not have happened. If the request had an Idempotency-Key, repeat it with the same key: it takes effect once. Otherwise check before you repeat it.';

const NOT_REPLICATED =
  'The change is stored and takes effect, but no second machine has it yet: a failover now could lose it. If the request had an Idempotency-Key, repeat it with the same key until it is answered 2xx: nothing is sent twice. Otherwise read the state before you repeat it.';

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof NotReplicatedError) {
    return new Problem('not-replicated', NOT_REPLICATED, { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  }
  if (isRedisAway(error)) {
    return new Problem('unavailable', AWAY, { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  }
  return (
    fromExpress(error) ??
    new Problem('internal-error', 'The server log describes the error under this instance.')
  );
}

/** Reads an error of Express or its body parser (http-errors: `status`, and `type` for faults of the body). */
function fromExpress(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, type } = error as Error & { status?: unknown; type?: unknown };
  if (type === 'entity.too.large') return new Problem('body-too-large', 'Send at most 16 kB.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new Problem('unsupported-media-type', 'Send JSON in UTF-8, plain or with gzip, deflate or br.');
  }
  if (error instanceof URIError) return new Problem('not-found', 'The path is not well-formed.');
  // `send` throws these for If-Match, If-Unmodified-Since and Range (RFC 9110, sections 13.1 and 14.2).
  if (status === 412)
    return new Problem('precondition-failed', 'The resource does not match the precondition.');
  if (status === 416)
    return new Problem('range-not-satisfiable', 'Request a smaller range, or the whole resource.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const detail =
      type === 'entity.parse.failed'
        ? 'The body must be one JSON object.'
        : 'The server cannot read the request.';
    return new Problem('malformed-request', detail);
  }
  return undefined;
}
