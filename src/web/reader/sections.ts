import { html, nothing, type TemplateResult } from 'lit';
import type { Topic } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import type { ReaderWords } from '../../words/reader-words.ts';

/** The newsroom's topics, to read one of them. */
export function renderSections(view: {
  text: ReaderWords;
  language: Language;
  topics: readonly Topic[];
  chosen: string | undefined;
  choose: (event: Event, topic: string | undefined) => void;
}): TemplateResult {
  const section = (id: string | undefined, name: string): TemplateResult => html`
    <li>
      <a
        href=${id === undefined ? '/' : `/?topic=${id}`}
        aria-current=${view.chosen === id ? 'page' : nothing}
        @click=${(event: Event) => view.choose(event, id)}
        >${name}</a
      >
    </li>
  `;
  return html`
    <nav class="sections" aria-label=${view.text.sections}>
      <ul role="list">
        ${section(undefined, view.text.everything)}
        ${view.topics.map(({ id, names }) => section(id, names[view.language] ?? id))}
      </ul>
    </nav>
  `;
}
