import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Editor } from '../editors/schema.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBody } from '../http/read-body.ts';

/**
 * Counts the call while the body comes in, because counting waits for the disk. Both end before the answer: the count sets
 * its headers, and a refusal by the count comes before a fault of the body.
 */
export async function readCounted<T extends z.ZodType>(
  limits: Pick<RateLimits, 'takeEditor' | 'takeVersion'>,
  editor: Editor,
  request: Request,
  response: Response,
  schema: T,
  types?: readonly string[],
): Promise<z.output<T>> {
  const counting = Promise.all([limits.takeEditor(editor.id, response), limits.takeVersion(editor.id)]);
  const [counted, body] = await Promise.allSettled([counting, readBody(request, response, schema, types)]);
  if (counted.status === 'rejected') throw counted.reason;
  if (body.status === 'rejected') throw body.reason;
  return body.value;
}
