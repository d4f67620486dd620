import { html, type TemplateResult } from 'lit';
import type { Language } from '../../words/language.ts';
import type { ReaderWords } from '../../words/reader-words.ts';

/** The head of the page: name, day, how the live line is, the switch to the other language. */
export function renderMasthead(view: {
  text: ReaderWords;
  day: string;
  line: 'live' | 'connecting' | 'offline';
  otherLanguage: Language;
  switchLanguage: (event: Event) => void;
}): TemplateResult {
  const { text } = view;
  return html`
    <header class="masthead">
      <div class="masthead-inside">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="44" height="44" />
          <h1>${text.title}</h1>
        </a>
        <p class="tagline">${text.tagline}<br /><span class="day">${view.day}</span></p>
        <span class="line ${view.line}">${text[view.line]}</span>
        <a
          class="language"
          href="/?lang=${view.otherLanguage}"
          lang=${view.otherLanguage}
          hreflang=${view.otherLanguage}
          @click=${view.switchLanguage}
          >${text.otherLanguage}</a
        >
      </div>
    </header>
  `;
}
