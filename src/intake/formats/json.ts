import type { z } from 'zod';

type ReadJson<T> = { readonly data: T } | { readonly fault: string; readonly pointer: string };

/** Reads JSON by a schema. Never throws. What the schema has against it is told by the first field that is wrong (RFC 6901). */
export function readJson<T>(bytes: Buffer, schema: z.ZodType<T>): ReadJson<T> {
  try {
    const read = schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return read.success ? { data: read.data } : firstFault(read.error);
  } catch {
    return NO_OBJECT;
  }
}

const NO_OBJECT = { fault: 'must be a JSON object in UTF-8', pointer: '' };

function firstFault({ issues }: z.ZodError): { fault: string; pointer: string } {
  const [first] = issues;
  if (first === undefined || (first.path.length === 0 && first.code === 'invalid_type')) return NO_OBJECT;
  const names = first.path.map((name) => String(name).replaceAll('~', '~0').replaceAll('/', '~1'));
  return { fault: `is wrong: ${first.message}`, pointer: names.map((name) => `/${name}`).join('') };
}
