import type { ProblemDetails } from './answers.ts';
import { fill, isolate, type Words } from './words/words.ts';

/** What was asked for: the first part of the path after `/v1/`, `topics` for instance. */
export const askedIn = (path: string): string => /^\/v1\/([\w-]+)/.exec(path)?.[1] ?? '';

type Texts = Readonly<Record<string, string>>;

/** What the server calls a field that is wrong: its name, and what is wrong within it. */
interface WrongField {
  readonly name: string;
  readonly within: readonly string[];
  readonly detail: string;
}

/** The fields that a refusal names, whether of a body, a path or a query. */
export const wrongFields = ({ errors }: ProblemDetails): WrongField[] =>
  errors.map(({ pointer, parameter = '', detail }) => {
    const [name = '', ...within] = pointer?.split('/').slice(1).map(unescaped) ?? [parameter];
    return { name, within, detail };
  });

/** What a field must be, in the editor's language; the server's own words where the desk has none. @param asked see {@link askedIn} */
export function fieldText(
  asked: string,
  { name, within, detail }: WrongField,
  { code }: ProblemDetails,
  { text }: Words,
): string {
  const { fields, taken } = text.refusals;
  const isTaken = code === 'precondition-failed' && name === 'id';
  const said = isTaken ? own(taken, asked) : own(own<Texts>(fields, asked) ?? {}, name);
  if (said === undefined) return fill(text.serverSays, { detail: isolate([...within, detail].join(' ')) });
  // A list has many entries: this one is meant.
  const entry = within.find((step) => !/^\d+$/.test(step));
  return name === 'topics' && entry !== undefined ? `${isolate(entry)}: ${said}` : said;
}

/** Whether the desk has words of its own for each field that is wrong. */
export function areKnown(asked: string, problem: ProblemDetails, { text }: Words): boolean {
  const fields = own<Texts>(text.refusals.fields, asked) ?? {};
  const wrong = wrongFields(problem);
  return wrong.length > 0 && wrong.every(({ name }) => own(fields, name) !== undefined);
}

/** Why the server refused, in the editor's language; its own words where the desk has none. @param asked see {@link askedIn} */
export function refusalText(asked: string, problem: ProblemDetails, words: Words): string {
  const { code, detail, retryAfterSeconds = 60 } = problem;
  const { text } = words;
  const { refusals } = text;
  const wrong = wrongFields(problem);
  if (areKnown(asked, problem, words)) {
    return [...new Set(wrong.map((field) => fieldText(asked, field, problem, words)))].join(' ');
  }
  const full = code === 'wrong-status' ? own<string>(refusals.full, asked) : undefined;
  const why = full ?? own<string>(refusals.problems, code);
  if (why !== undefined) return fill(why, { time: words.wait(retryAfterSeconds) });
  const said = wrong.map((field) => [field.name, ...field.within, field.detail].join(' ')).join('; ');
  return fill(text.serverSays, { detail: isolate(said || detail) });
}

/** Codes and names come from outside: `constructor` is no entry. */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** RFC 6901, section 3. */
const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');
