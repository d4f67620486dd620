import type { Answer } from '../client.ts';
import { fill, isolate, type Words } from '../words/words.ts';

export type Message = (words: Words) => string;

/** What is wrong with fields, by their names. */
export type FieldFaults = Readonly<Record<string, Message>>;

/** What the server found wrong, in its own words. A fault within a field (`/topics/sport`) is the field's. */
export function fieldFaults(answer: Answer<unknown>): FieldFaults {
  if (answer.type !== 'refused') return {};
  const faults: Record<string, Message> = {};
  for (const { pointer, parameter = '', detail } of answer.problem.errors) {
    const [name = '', ...within] = pointer?.split('/').slice(1) ?? [parameter];
    const said = isolate([...within.map(unescaped), detail].join(' '));
    faults[name] ??= ({ text }) => fill(text.serverSays, { detail: said });
  }
  return faults;
}

/** RFC 6901, section 3. */
const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');
