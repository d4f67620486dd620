import { inLanguage, type Language } from '../../../words/language.ts';
import { READER } from '../../../words/reader-words.ts';
import type { Template } from './template.ts';

/** The frame of the reader page. Functions in this folder, or custom elements, write its parts. */
export function readerLayout<T>(
  { html }: Template<T>,
  language: Language,
  parts: {
    readonly bar: unknown;
    readonly masthead: unknown;
    readonly sections: unknown;
    readonly card: unknown;
    /** Read out when it changes. */
    readonly notice: unknown;
    readonly list: unknown;
  },
): T {
  const text = READER[language];
  return html`
    <a class="skip" href="#news">${text.skip}</a>
    ${parts.bar} ${parts.masthead} ${parts.sections}
    <div class="columns">
      ${parts.card}
      <main id="news" tabindex="-1">
        <h2 class="visually-hidden">${text.latest}</h2>
        <p class="notice-place" role="status">${parts.notice}</p>
        ${parts.list}
      </main>
    </div>
    <footer>
      <p>${text.footer}</p>
      <p class="ways">
        <a href="${inLanguage('/archive', language)}">${text.archive}</a>
        <a href="/feeds/all.rss">${text.feed}</a>
      </p>
    </footer>
  `;
}

/** While the list is on its way. */
export const loadingList = <T>({ html }: Template<T>, language: Language): T =>
  html`<div class="empty" aria-busy="true">
    <span class="visually-hidden">${READER[language].loading}</span><i></i><i></i><i></i>
  </div>`;

/** There is no alert. */
export const emptyList = <T>({ html }: Template<T>, language: Language): T =>
  html`<div class="empty">
    <h3>${READER[language].none}</h3>
    <p>${READER[language].noneMore}</p>
  </div>`;

/** @param before id of the oldest alert that is shown */
export function olderLink<T>(
  { html }: Template<T>,
  view: {
    readonly language: Language;
    readonly topic: string | undefined;
    readonly before: string;
    readonly onClick?: (event: Event) => void | Promise<void>;
  },
): T {
  const { topic, before } = view;
  const query = new URLSearchParams({ ...(topic === undefined ? {} : { topic }), before });
  return html`<a class="more" href="/?${String(query)}" @click=${view.onClick}
    >${READER[view.language].more}</a
  >`;
}
