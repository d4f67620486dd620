import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Editor } from '../editors/schema.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBody } from '../http/read-body.ts';

/** A call that counts against its editor's bounds. */
interface CountedCall<T extends z.ZodType> {
  readonly limits: Pick<RateLimits, 'takeEditor' | 'takeVersion'>;
  readonly editor: Editor;
  readonly request: Request;
  readonly response: Response;
  readonly schema: T;
  /** The accepted content types, if not JSON alone. */
  readonly types?: readonly string[];
}

/**
 * Does what a call asks for, and counts the call while the body comes in and the work is done, because counting waits for the
 * disk. A call beyond the bound is refused before anything is done, as far as this process knows: where another process counted
 * the last one that is allowed, one more passes here. A refusal by the count comes before a fault of the body.
 * @returns what `act` returns, once the answer's headers say the count
 * @throws {Problem}
 */
export async function whileCounting<T extends z.ZodType, Result>(
  { limits, editor, request, response, schema, types }: CountedCall<T>,
  act: (body: z.output<T>) => Promise<Result>,
): Promise<Result> {
  let refusal: unknown;
  const counting = Promise.all([limits.takeEditor(editor.id, response), limits.takeVersion(editor.id)]);
  const counted = counting.then(
    () => undefined,
    (why: unknown) => void (refusal = why),
  );
  const reading = readBody(request, response, schema, types);
  const body = await reading.catch(async (fault: unknown) => {
    await counted;
    throw refusal ?? fault;
  });
  if (refusal !== undefined) throw refusal;
  try {
    return await act(body);
  } finally {
    await counted;
  }
}
