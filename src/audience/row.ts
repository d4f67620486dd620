/** An object of an NDJSON file. */
export type Row = Readonly<Record<string, unknown>>;

/** The value as an object, also when it is the JSON of one. */
export function rowOf(value: unknown): Row | undefined {
  if (typeof value === 'string' && value.startsWith('{')) return rowOf(parsed(value));
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : undefined;
}

/** Undefined: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
