import { primaryLanguage } from '../alerts/language.ts';
import { ALERT_PAGE } from '../words/words.ts';
import type { Html } from './html.ts';

/** The languages of alerts whose pages we can write. */
export type PageLanguage = keyof typeof ALERT_PAGE;

const isPageLanguage = (lang: string): lang is PageLanguage => Object.hasOwn(ALERT_PAGE, lang);

/** If we have no words in an alert's language, what stands around it is English. */
export function pageLanguage(lang: string): PageLanguage {
  const primary = primaryLanguage(lang);
  return isPageLanguage(primary) ? primary : 'en';
}

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
