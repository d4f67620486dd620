import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may make a call: everybody, an editor, or the browser that owns the subscription. */
export type Who = 'all' | 'editor' | 'subscription';

/** One call of the API, as its documentation needs it. */
export interface Operation {
  readonly summary: string;
  readonly who: Who;
  readonly tag: 'alerts' | 'readers' | 'desk' | 'sources' | 'webhooks' | 'outlets' | 'operation';
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly headers?: readonly string[];
  readonly body?: z.ZodType;
  /** Of the media; JSON by default. */
  readonly bodyType?: string;
  readonly example?: object;
  /** Status -> the answer's schema; null: no body of ours. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly problems?: readonly ProblemCode[];
}

/** A path of the API and its calls: `route` serves exactly these, and the OpenAPI document describes them. */
export interface Resource<M extends Method> {
  /** As Express writes it: `/v1/alerts/:id`. */
  readonly path: string;
  readonly operations: Readonly<Record<M, Operation>>;
}

/** A resource, whatever its methods are. */
export interface AnyResource {
  readonly path: string;
  readonly operations: Readonly<Partial<Record<Method, Operation>>>;
}

export function resource<M extends Method>(
  path: string,
  operations: Readonly<Record<M, Operation>>,
): Resource<M> {
  return { path, operations };
}
