import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';

/** In a new alert a null field is absent: requests that differ only in such fields are equal. */
export const withoutNulls = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));

/** draft-ietf-httpapi-idempotency-key-header-07. Fields in the schema's order make equal requests equal texts. */
export function claimOf(
  request: Request,
  editor: Editor,
  call: string,
  input: object,
): IdempotencyClaim | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid-header', 'Correct the header named in errors.', {
      errors: [{ header: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
    });
  }
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
  return {
    editorId: editor.id,
    keyHash: hash(key),
    request: hash(`${call}\n${JSON.stringify(input)}`),
  };
}
