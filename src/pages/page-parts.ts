import { ALERT_PAGE } from '../words/words.ts';
import type { Html } from './html.ts';

/** The languages of alerts whose pages we can write. */
export type PageLanguage = keyof typeof ALERT_PAGE;

export const isPageLanguage = (lang: string): lang is PageLanguage => Object.hasOwn(ALERT_PAGE, lang);

export type PageWords = Readonly<Record<keyof typeof ALERT_PAGE.en, string>>;

/** A page of ours without its frame (`src/web/alert.html`). */
export interface PageParts {
  readonly lang: PageLanguage;
  readonly dir: 'ltr' | 'rtl';
  /** Of the browser's own frame: `#rrggbb`. */
  readonly colour: string;
  readonly head: Html;
  readonly body: Html;
}
