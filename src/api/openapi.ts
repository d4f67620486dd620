import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';
import type { AnyResource, Operation, Who } from '../http/resource.ts';
import { sessionCookieName } from './authentication.ts';

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().optional().describe('RFC 6901, into the body'),
        parameter: z.string().optional(),
        header: z.string().optional(),
        detail: z.string(),
        bytes: z.number().optional(),
        limit: z.number().optional(),
      }),
    )
    .optional(),
});

/** The OpenAPI 3.1 description of the resources, made from the schemas that validate. */
export function createOpenApi(resources: readonly AnyResource[], publicUrl: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ajil عاجل',
      version: '1',
      description:
        'Breaking-news alerts from a newsroom to its readers. Times are RFC 3339 UTC. Errors are application/problem+json (RFC 9457); GET /problems lists every type. While the store is unavailable, any call may answer 503 with Retry-After: repeat the request, with the same Idempotency-Key if it had one.',
    },
    // Relative, because the content security policy lets the page call only the host that it was loaded from.
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      resources.map(({ path, operations }) => [
        path.replace(PARAMETER, '{$1}'),
        mapValues(operations, (operation) => describe(operation, path)),
      ]),
    ),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `npm run ajil -- editors add`' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionCookieName(publicUrl),
          description: 'Changes also need X-CSRF-Token',
        },
        subscription: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: "`Subscription <the subscription's auth key>`",
        },
      },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function describe(operation: Operation, path: string): object {
  const { summary, description, tag, who, body, bodyType = 'application/json', example } = operation;
  return {
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: SECURITY[who],
    parameters: [...pathParameters(path), ...queryParameters(operation.query), ...headers(operation.headers)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [bodyType]: {
                schema: jsonSchema(body, 'input'),
                ...(example === undefined ? {} : { example }),
              },
            },
          },
        }),
    responses: { ...mapValues(operation.answers, answer), ...problems(operation) },
  };
}

const SECURITY: Readonly<Record<Who, object[]>> = {
  all: [],
  editor: [{ apiKey: [] }, { session: [] }],
  subscription: [{ subscription: [] }],
};

function answer(schema: z.ZodType | null, status: string): object {
  if (schema === null) return { description: status === '204' ? 'Done' : 'See the description' };
  return { description: 'Done', content: { 'application/json': { schema: jsonSchema(schema, 'output') } } };
}

/** One response per status, naming the problems that have it. */
function problems({ problems: codes = [], who, answers }: Operation): object {
  const all = new Set<ProblemCode>([...codes, ...(who === 'editor' ? (['unauthenticated'] as const) : [])]);
  const statuses = new Set([...all].map((code) => PROBLEMS[code].status));
  return Object.fromEntries(
    [...statuses]
      .filter((status) => answers[status] === undefined)
      .map((status) => {
        const codes = [...all].filter((code) => PROBLEMS[code].status === status);
        return [
          status,
          {
            description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ];
      }),
  );
}

/** A parameter of a path as Express writes it. */
const PARAMETER = /:(\w+)/g;

function pathParameters(path: string): object[] {
  return [...path.matchAll(PARAMETER)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  const properties = query === undefined ? {} : (jsonSchema(query, 'input')['properties'] ?? {});
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
}

function headers(names: readonly string[] = []): object[] {
  return names.map((name) => ({ name, in: 'header', schema: { type: 'string', maxLength: 255 } }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function mapValues<T, R>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
