import { otherLanguage, type Language } from '../../../words/language.ts';
import { READER } from '../../../words/reader-words.ts';
import { nameIn, OUR_LOGO, type Identity } from '../identity.ts';
import type { Template } from './template.ts';

export interface MastheadView {
  readonly language: Language;
  readonly newsroom: Identity;
  /** Empty while the time is not known. */
  readonly day: string;
  readonly line: 'live' | 'connecting' | 'offline';
  readonly onSwitchLanguage?: (event: Event) => void;
}

/** The head of the reader page: name, day, how the live line is, the switch to the other language. */
export function masthead<T>({ html }: Template<T>, view: MastheadView): T {
  const { newsroom } = view;
  const text = READER[view.language];
  const other = otherLanguage(view.language);
  return html`
    <header class="masthead">
      <div class="masthead-inside">
        <a class="brand" href="${newsroom.homeUrl ?? '/'}">
          <img src="${newsroom.logo ?? OUR_LOGO}" alt="" width="44" height="44" />
          <h1>${nameIn(newsroom, view.language)}</h1>
        </a>
        <p class="tagline">${text.tagline}<br /><span class="day">${view.day}</span></p>
        <span class="line ${view.line}">${text[view.line]}</span>
        <a
          class="language"
          href="/?lang=${other}"
          lang="${other}"
          hreflang="${other}"
          @click=${view.onSwitchLanguage}
          >${text.otherLanguage}</a
        >
      </div>
    </header>
  `;
}
