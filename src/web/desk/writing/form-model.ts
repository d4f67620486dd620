import type { Fields } from './draft.ts';
import type { Subject } from './drafted.ts';
import type { Faults, FieldName } from './faults.ts';
import type { FieldOptions } from './field.ts';
import type { DeskShared } from '../desk-context.ts';

/** What the fields show, and where their changes go. */
export interface FormModel {
  readonly desk: DeskShared;
  readonly subject: Subject;
  readonly fields: Fields;
  readonly faults: Faults;
  readonly set: (changed: Partial<Fields>) => void;
}

export function optionsFor(
  { desk, faults }: FormModel,
  name: FieldName,
  label: string,
  hint?: string,
): FieldOptions {
  return { words: desk.words, label, hint, fault: faults[name] };
}
