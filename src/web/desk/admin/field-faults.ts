import type { Answer } from '../client.ts';
import { fieldText, wrongFields } from '../refusal-text.ts';
import type { Words } from '../words/words.ts';

export type Message = (words: Words) => string;

/** What is wrong with fields, by their names. */
export type FieldFaults = Readonly<Record<string, Message>>;

/**
 * What the server found wrong. A fault within a field (`/names/ar`) is the field's (`names`), and has a name of its own
 * (`names-ar`) for forms with an input for each.
 */
export function fieldFaults(asked: string, answer: Answer<unknown>): FieldFaults {
  if (answer.type !== 'refused') return {};
  const { problem } = answer;
  const faults: Record<string, Message> = {};
  for (const field of wrongFields(problem)) {
    const say: Message = (words) => fieldText(asked, field, problem, words);
    faults[field.name] ??= say;
    faults[[field.name, ...field.within].join('-')] ??= say;
  }
  return faults;
}

/** The fault of one input of several that a field has: of the field as a whole, the first input has it. */
export function faultAmong(
  name: string,
  all: readonly string[],
  one: string,
  faultIn: (name: string) => string | undefined,
): string | undefined {
  const own = faultIn(`${name}-${one}`);
  const isWhole = one === all[0] && all.every((other) => faultIn(`${name}-${other}`) === undefined);
  return own ?? (isWhole ? faultIn(name) : undefined);
}
