import type { Language } from '../words/language.ts';
import { CARD } from '../words/reader-words.ts';
import type { PublicConfig } from './common/front-page-data.ts';
import { html, type Html } from './html.ts';

/**
 * The notifications card as it is at first, in the size that `src/web/reader/notifications-card.ts` will give it. Only
 * scripts can turn notifications on, so the style hides it where there are none.
 * @param remembered `later`: the reader closed the card; `on`: notifications are on
 */
export function frontCard(config: PublicConfig, language: Language, remembered: string | undefined): Html {
  const text = CARD[language];
  if (remembered === 'later') {
    return html`<aside>
      <button class="reopen" type="button"><svg class="icon"></svg> ${text.reopen}</button>
    </aside>`;
  }
  const on = remembered === 'on';
  const chosen = config.topics.filter((topic) => topic.default).map(({ names, id }) => names[language] ?? id);
  return html`
    <aside class="card ${on ? 'on' : ''}">
      <div class="card-head">
        <svg class="icon"></svg>
        <h2>${on ? text.on : text.ask}</h2>
      </div>
      <p class="quiet">${on ? text.onMore : text.askMore}</p>
      <form>
        <details>
          <summary>
            <span>${text.choices}</span>
            <span class="chosen">${new Intl.ListFormat(language).format(chosen)}</span>
          </summary>
        </details>
        <div class="buttons">
          ${on ? undefined : html`<button class="main" type="button">${text.yes}</button>`}
          <button type="button">${on ? text.turnOff : text.later}</button>
        </div>
        ${on ? html`<p class="hint">${text.turnOffMore}</p>` : undefined}
        <p class="message"></p>
      </form>
    </aside>
  `;
}
