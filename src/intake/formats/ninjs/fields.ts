import { FieldFault } from '../field-fault.ts';
import { readTime } from '../time.ts';

/**
 * The fields of an object, by their names in lower case: ninjs 3.x writes `pubStatus` where 1.x and 2.x write `pubstatus`.
 * What is null is absent, as Superdesk and others write it.
 */
export interface Fields {
  /** The value, and how the source spells the name. Undefined: none of the names is there. */
  find(...names: readonly string[]): { readonly name: string; readonly value: unknown } | undefined;
  /** Values of fields whose names begin with this, in the order of the object. */
  beginning(prefix: string): readonly unknown[];
  /** @throws {FieldFault} for what is neither text nor number. Undefined: absent or blank */
  text(...names: readonly string[]): string | undefined;
  /** @throws {FieldFault} for what is no time with a zone. RFC 3339 UTC */
  time(...names: readonly string[]): string | undefined;
}

export function fieldsOf(object: object): Fields {
  const fields = new Map<string, { name: string; value: unknown }>();
  for (const [name, value] of Object.entries(object)) {
    const lower = name.toLowerCase();
    if (value !== null && !fields.has(lower)) fields.set(lower, { name, value });
  }
  const find: Fields['find'] = (...names) =>
    names.map((name) => fields.get(name)).find((field) => field !== undefined);
  const text: Fields['text'] = (...names) => {
    const field = find(...names);
    if (field === undefined) return undefined;
    const { name, value } = field;
    if (!isWritten(value)) throw new FieldFault(name, 'must be text');
    return String(value).trim() || undefined;
  };
  return {
    find,
    text,
    beginning: (prefix) =>
      [...fields].flatMap(([name, { value }]) => (name.startsWith(prefix) ? [value] : [])),
    time: (...names) => {
      const written = text(...names);
      if (written === undefined) return undefined;
      const ms = readTime(written);
      if (ms !== undefined) return new Date(ms).toISOString();
      throw new FieldFault(find(...names)?.name ?? '', 'must be a time with its zone (RFC 3339)');
    },
  };
}

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers count as text. All else is kept from `String`, which runs a `toString` that the JSON may have. */
export const isWritten = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
