import type { Language } from './language.ts';
import * as ar from './reader-ar.ts';
import * as en from './reader-en.ts';

/** The reader page, without the notifications card. */
export type ReaderWords = Readonly<Record<keyof typeof en.reader, string>>;
export const READER: Readonly<Record<Language, ReaderWords>> = { ar: ar.reader, en: en.reader };

/** The notifications card. */
export type CardWords = Readonly<Record<keyof typeof en.card, string>>;
export const CARD: Readonly<Record<Language, CardWords>> = { ar: ar.card, en: en.card };

/** What a reader may ask for: the quietest urgency that still comes. */
export const URGENCIES_ASKED: Readonly<
  Record<Language, Readonly<Record<keyof typeof en.urgencies, string>>>
> = {
  ar: ar.urgencies,
  en: en.urgencies,
};
