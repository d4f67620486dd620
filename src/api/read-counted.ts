import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Editor } from '../editors/schema.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBody } from '../http/read-body.ts';

/**
 * Counting is a write, and waits for the disk: meanwhile the body comes in. Both have ended before there is an answer,
 * since the count speaks in its headers; and who asks too often hears that first.
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
