import * as ar from './asking-ar.ts';
import * as en from './asking-en.ts';
import type { Language } from './language.ts';

/** Why notifications cannot be had here, and the steps to them. */
export interface AskingWords {
  readonly asking: Readonly<Record<keyof typeof en.asking, string>>;
  /** By browser. */
  readonly blocked: Readonly<Record<keyof typeof en.blocked, readonly string[]>>;
  readonly install: Readonly<Record<keyof typeof en.install, readonly string[]>>;
}

export const ASKING: Readonly<Record<Language, AskingWords>> = { ar, en };
