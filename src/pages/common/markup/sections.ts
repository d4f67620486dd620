import type { Language } from '../../../words/language.ts';
import { READER } from '../../../words/reader-words.ts';
import type { Topic } from '../front-page-data.ts';
import type { Template } from './template.ts';

export interface SectionsView {
  readonly language: Language;
  readonly topics: readonly Topic[];
  /** The section that is shown; undefined: all. */
  readonly chosen: string | undefined;
  /** Where a section is: on the reader page by default. */
  readonly hrefOf?: (topic: string | undefined) => string;
  readonly onChoose?: (event: Event, topic: string | undefined) => void;
}

/** The newsroom's topics, to read one of them. */
export function sections<T>({ html, nothing }: Template<T>, view: SectionsView): T {
  const text = READER[view.language];
  const { hrefOf = onReaderPage } = view;
  const section = (id: string | undefined, name: string): T => html`
    <li>
      <a
        href="${hrefOf(id)}"
        aria-current=${view.chosen === id ? 'page' : nothing}
        @click=${(event: Event) => view.onChoose?.(event, id)}
        >${name}</a
      >
    </li>
  `;
  return html`
    <nav class="sections" aria-label="${text.sections}">
      <ul role="list">
        ${section(undefined, text.everything)}
        ${view.topics.map(({ id, names }) => section(id, names[view.language] ?? id))}
      </ul>
    </nav>
  `;
}

const onReaderPage = (topic: string | undefined): string => (topic === undefined ? '/' : `/?topic=${topic}`);
