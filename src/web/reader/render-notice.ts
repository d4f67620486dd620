import { html, nothing, type TemplateResult } from 'lit';
import type { Language } from '../../words/language.ts';
import { READER, type ReaderWords } from '../../words/reader-words.ts';
import { CLOUD_OFF } from './icons.ts';

/** What the page tells above the list: that it is offline, or what came of something the reader did. */
export function renderNotice(
  online: boolean,
  said: keyof ReaderWords | undefined,
  language: Language,
): TemplateResult | typeof nothing {
  const text = READER[language];
  if (!online) return html`<span class="notice">${CLOUD_OFF} ${text.offlineMore}</span>`;
  return said === undefined ? nothing : html`<span class="notice">${text[said]}</span>`;
}
