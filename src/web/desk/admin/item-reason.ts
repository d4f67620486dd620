import { INTAKE_WORDS } from '../words/intake-words.ts';
import { fill, isolate, type Words } from '../words/words.ts';

/** As the API gives it: a code, and what its sentence names. */
export interface ItemReason {
  readonly code: string;
  readonly values?: Readonly<Record<string, string>> | undefined;
}

/**
 * A reason in the editor's language.
 * @param reason in English, for a code that a newer server has, and for what was stored before there were codes
 */
export function reasonText(reason: string | null, why: ItemReason | null, words: Words): string | null {
  const sentence = why === null ? undefined : INTAKE_WORDS[words.language][why.code];
  if (why === null || sentence === undefined) return reason;
  const values = Object.entries(why.values ?? {}).map(([name, value]) => [
    name,
    isolate(named(value, words)),
  ]);
  return fill(sentence, Object.fromEntries(values) as Record<string, string>);
}

/** Statuses and urgencies of ours have names. */
function named(value: string, { text }: Words): string {
  const { status, flash, urgent, normal } = text;
  const names: Readonly<Record<string, string>> = { ...status, flash, urgent, normal };
  return Object.hasOwn(names, value) ? (names[value] ?? value) : value;
}
