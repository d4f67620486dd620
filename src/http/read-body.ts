import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { json, raw, type Request, type Response } from 'express';
import type { z } from 'zod';
import { Problem, type FieldError, type ProblemCode } from './problem.ts';

/** More than an alert with the longest texts needs, in UTF-8 with every character escaped. */
const BODY_LIMIT_BYTES = 16 * 1024;

const parseJson = json({
  limit: BODY_LIMIT_BYTES,
  strict: true,
  type: () => true,
  // The decoder would replace invalid bytes by U+FFFD, and the fault would go unnoticed (RFC 8259, section 8.1).
  verify: (_request, _response, bytes) => {
    if (!isUtf8(bytes)) throw new Problem('malformed-request', 'The body must be UTF-8.');
  },
});

/** How {@link readBody} refuses. */
export const BODY_PROBLEMS = [
  'malformed-request',
  'body-too-large',
  'unsupported-media-type',
  'invalid-body',
] as const satisfies readonly ProblemCode[];

/**
 * Reads a JSON body and checks it.
 * @param types the accepted content types
 * @throws {Problem} 400, 413, 415, or 422 with every wrong field named
 */
export async function readBody<S extends z.ZodType>(
  request: Request,
  response: Response,
  schema: S,
  types: readonly string[] = ['application/json'],
): Promise<z.output<S>> {
  if (request.is([...types]) === false) {
    throw new Problem('unsupported-media-type', `Send the body with Content-Type: ${types.join(' or ')}.`, {
      headers: request.method === 'PATCH' ? { 'Accept-Patch': types.join(', ') } : {},
    });
  }
  readAsUtf8(request);
  if (request.body === MALFORMED) throw new Problem('malformed-request', 'The body must be one JSON object.');
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
  const parsed = check(schema, request.body);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error);
}

/** zod measures what is no text as well, and throws where a `length` of the JSON is an object that cannot become a number. */
function check<S extends z.ZodType>(schema: S, body: unknown): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(body);
  } catch {
    throw new Problem('invalid-body', 'A field has an object where a text, a list or a number must be.');
  }
}

/**
 * Reads a body as the bytes that came, which a signature is over. So it may not be compressed.
 * @throws {Problem} 413, 415
 */
export async function readBytes(request: Request, response: Response, limitBytes: number): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    const parse = raw({ limit: limitBytes, inflate: false, type: () => true });
    parse(request, response, (error?: Error & { type?: string }) => {
      if (error?.type === 'entity.too.large') {
        reject(new Problem('body-too-large', `Send at most ${limitBytes} bytes.`));
      } else if (error?.type === 'encoding.unsupported') {
        reject(new Problem('unsupported-media-type', 'Send the body without Content-Encoding.'));
      } else if (error === undefined) resolve();
      else reject(error);
    });
  });
  // Without a body the parser leaves the field alone.
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Replaces a body that was read early and is not JSON. */
const MALFORMED = Symbol('malformed body');

/** Reads a body of small, known length before a handler asks for it; {@link readBody} finds it then. */
export function readEarly(
  request: IncomingMessage & { body?: unknown },
  take: (body: unknown) => void,
): void {
  let bytes: Buffer | undefined;
  request.on('data', (part: Buffer) => (bytes = bytes === undefined ? part : Buffer.concat([bytes, part])));
  request.on('end', () => {
    request.body = parseUtf8(bytes ?? Buffer.alloc(0));
    take(request.body);
  });
}

function parseUtf8(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return MALFORMED;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return MALFORMED;
  }
}

/**
 * The parser would decode any charset, even UTF-7 and UTF-16, and does not know the name `utf8`. JSON is always UTF-8
 * (RFC 8259, section 8.1), so only names of UTF-8, or no charset, are accepted. @throws {Problem} 415
 */
function readAsUtf8(request: Request): void {
  const type = request.headers['content-type'] ?? '';
  const charset = /;\s*charset\s*=\s*("?)([^";\s]*)\1/i.exec(type)?.[2];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new Problem('unsupported-media-type', 'Send JSON in UTF-8, plain or with gzip, deflate or br.');
  }
  request.headers['content-type'] = type.split(';', 1)[0];
}

/** A 422 that names every wrong field of the body. */
export function invalidBody(error: z.ZodError): Problem {
  return new Problem('invalid-body', 'Correct the fields named in errors.', {
    errors: fieldErrors(error).map(({ path, detail }) => ({ pointer: toPointer(path), detail })),
  });
}

/** @throws {Problem} 400, naming every wrong parameter */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const parsed = schema.safeParse(request.query);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-query', 'Correct the parameters named in errors.', {
    errors: fieldErrors(parsed.error).map(({ path, detail }) => ({
      parameter: String(path[0] ?? ''),
      detail,
    })),
  });
}

/** @throws {Problem} 422 if there are errors */
export function refuseIfAny(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw new Problem('invalid-body', 'Correct the fields named in errors.', { errors });
}

const MAX_ERRORS = 20;

function fieldErrors(error: z.ZodError): { path: readonly PropertyKey[]; detail: string }[] {
  return error.issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not a field of this request' }))
        : [{ path: issue.path, detail: issue.message }],
    )
    .slice(0, MAX_ERRORS);
}

/** RFC 6901, section 3. */
function toPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
