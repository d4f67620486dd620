import { FieldFault } from '../field-fault.ts';
import { readTime } from '../time.ts';
import type { XmlElement } from '../xml.ts';

/** The elements of CAP within another, by name. Those of other namespaces (a signature, extensions) are no fields. */
export interface CapFields {
  all(name: string): readonly CapFields[];
  /** Texts without the spaces around them; empty ones are none. */
  texts(name: string): readonly string[];
  /** The first of them. */
  text(name: string): string | undefined;
  /** @throws {FieldFault} where it is missing */
  required(name: string): string;
  /** Milliseconds since the epoch. @throws {FieldFault} for what is no time with a zone. Undefined: absent */
  time(name: string): number | undefined;
}

export function fieldsOf(element: XmlElement): CapFields {
  const named = (name: string): XmlElement[] =>
    element.children.filter((child) => child.name === name && child.namespace === element.namespace);
  const texts = (name: string): string[] =>
    named(name)
      .map(({ text }) => text.trim())
      .filter((text) => text !== '');
  const text = (name: string): string | undefined => texts(name)[0];
  return {
    all: (name) => named(name).map(fieldsOf),
    texts,
    text,
    required: (name) => {
      const value = text(name);
      if (value === undefined) throw new FieldFault(name, 'is missing');
      return value;
    },
    time: (name) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const ms = readTime(value);
      if (ms === undefined) throw new FieldFault(name, 'must be a time with its zone (RFC 3339)');
      return ms;
    },
  };
}
