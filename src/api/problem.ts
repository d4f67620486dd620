import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/away.ts';
import { requestIdOf } from './request-id.ts';

/** Every way a request can fail: the one table of code, status and meaning. `type` is `<publicUrl>/problems/<code>`. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP or JSON' },
  'invalid-query': { status: 400, title: 'A query parameter is wrong' },
  'invalid-header': { status: 400, title: 'A header is wrong' },
  unauthenticated: { status: 401, title: 'Who asks is not known' },
  forbidden: { status: 403, title: 'This is not allowed to who asks' },
  'csrf-refused': { status: 403, title: 'The request does not come from the desk' },
  'approval-required': { status: 403, title: 'Alerts need a second person here' },
  'invalid-receipt': { status: 403, title: 'The receipt was not made for this alert' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This method is not known here' },
  'request-timeout': { status: 408, title: 'The request did not come to its end' },
  'duplicate-alert': { status: 409, title: 'The same headline was sent minutes ago' },
  'version-conflict': { status: 409, title: 'The alert has another version by now' },
  'wrong-status': { status: 409, title: 'The alert is no longer where this can be done' },
  'subscription-conflict': { status: 409, title: 'The endpoint is subscribed with other keys' },
  'precondition-failed': { status: 412, title: 'It is not in the state that the request demands' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken here' },
  'range-not-satisfiable': { status: 416, title: 'It has no such part' },
  'expectation-failed': { status: 417, title: 'The expectation in Expect is not met here' },
  'invalid-body': { status: 422, title: 'A field of the body is wrong' },
  'message-too-large': { status: 422, title: 'The alert does not fit into a push message' },
  'endpoint-not-allowed': { status: 422, title: 'The endpoint is not of a known push service' },
  'idempotency-conflict': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'not-available-yet': { status: 422, title: 'This is not available yet' },
  'upgrade-required': { status: 426, title: 'Ask for a WebSocket or for text/event-stream' },
  'headers-too-large': { status: 431, title: 'The head of the request is too large' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'A fault of ours' },
  unavailable: { status: 503, title: 'Not available for a moment' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong with one field: `pointer` (RFC 6901) into the body, or the name of a query `parameter` or `header`. */
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
  /** Members of its own (RFC 9457, section 3.2). */
  readonly extension?: Readonly<Record<string, string | number>>;
}

/** Thrown by whatever serves a request; answered as `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly options: ProblemOptions;
  /** @param detail one sentence for this occurrence, saying what to do */
  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    this.options = options;
  }
}

/** Problem details (RFC 9457), here and on the live line. @param id of this occurrence, a UUID */
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

/** Writes what was thrown as `application/problem+json`. */
export function createProblemWriter(deps: { publicUrl: string; logger: Logger }) {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const problem = toProblem(error);
    if (problem.code === 'internal-error') {
      deps.logger.error({ err: error, requestId: requestIdOf(response) }, 'a request failed by our fault');
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
    // Of a HEAD Express leaves the body out, and keeps its length (RFC 9110, section 8.6).
    response.type('application/problem+json').send(JSON.stringify(body));
  };
}

const RETRY_AFTER_SECONDS = '2';
/** The store may have gone between doing and answering. */
const AWAY =
  'The store is away. What this request changes may have been done or not: send it again with the same Idempotency-Key, which does it once; without one, look first.';

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isRedisAway(error)) {
    return new Problem('unavailable', AWAY, { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  }
  return fromExpress(error) ?? new Problem('internal-error', 'It is in the log under this instance.');
}

/** What Express and its body parser throw (http-errors: `status`, and `type` where the body is meant). */
function fromExpress(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, type } = error as Error & { status?: unknown; type?: unknown };
  if (type === 'entity.too.large') return new Problem('body-too-large', 'At most 16 kB are taken.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new Problem('unsupported-media-type', 'Send JSON in UTF-8, plain or with gzip, deflate or br.');
  }
  if (error instanceof URIError) return new Problem('not-found', 'The path is not well-formed.');
  // What `send` says of If-Match, If-Unmodified-Since and Range (RFC 9110, sections 13.1 and 14.2).
  if (status === 412) return new Problem('precondition-failed', 'It has changed, or was never so.');
  if (status === 416) return new Problem('range-not-satisfiable', 'Ask for less, or for all of it.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const detail =
      type === 'entity.parse.failed' ? 'The body must be one JSON object.' : 'It was not understood.';
    return new Problem('malformed-request', detail);
  }
  return undefined;
}
