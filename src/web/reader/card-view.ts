import { html, nothing, type TemplateResult } from 'lit';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import { CARD, type CardWords } from '../../words/reader-words.ts';
import type { Preferences } from '../subscription/record.ts';
import { describeChoice, renderChoices } from './choices-form.ts';
import { BELL, BELL_ON } from './icons.ts';
import { canAsk, renderReason } from './why-not.ts';

/** Wide enough to show the choices beside the news, hiding nothing. */
const ROOMY = '(min-width: 60rem)';

export interface CardView {
  readonly language: Language;
  readonly config: PublicConfig;
  readonly choice: Preferences;
  /** Whether the card shows notifications as on. */
  readonly on: boolean;
  readonly busy: boolean;
  readonly message: keyof CardWords | undefined;
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly onChange: (event: Event) => void;
  readonly onTurnOff: () => void;
  readonly setDismissed: (dismissed: boolean) => void;
}

/** The way back to a card that the reader has closed. */
export function renderReopen({
  language,
  setDismissed,
}: Pick<CardView, 'language' | 'setDismissed'>): TemplateResult {
  const text = CARD[language];
  return html`
    <aside aria-label=${text.reopen}>
      <button class="reopen" type="button" @click=${() => setDismissed(false)}>${BELL} ${text.reopen}</button>
    </aside>
  `;
}

export function renderCard(view: CardView): TemplateResult {
  const { on } = view;
  const text = CARD[view.language];
  return html`
    <aside class="card ${on ? 'on' : ''}" aria-labelledby="notifications-title">
      <div class="card-head">
        ${on ? BELL_ON : BELL}
        <h2 id="notifications-title" tabindex="-1">${on ? text.on : canAsk() ? text.ask : text.reopen}</h2>
      </div>
      ${canAsk() ? html`<p class="quiet">${on ? text.onMore : text.askMore}</p>` : nothing}
      ${canAsk() ? renderForm(view) : renderWhyNot(view)}
    </aside>
  `;
}

function renderForm(view: CardView): TemplateResult {
  const { language, config, choice, on, busy } = view;
  const text = CARD[language];
  return html`
    <form @submit=${view.onSubmit} @change=${view.onChange}>
      <details ?open=${matchMedia(ROOMY).matches}>
        <summary>
          <span>${text.choices}</span>
          <span class="chosen">${describeChoice(choice, config, language)}</span>
        </summary>
        ${renderChoices(choice, config, language)}
      </details>
      <div class="buttons">
        <button class="main" aria-disabled=${busy}>${on ? text.save : text.yes}</button>
        ${
          on
            ? html`<button type="button" aria-disabled=${busy} @click=${view.onTurnOff}>
                ${text.turnOff}
              </button>`
            : html`<button type="button" @click=${() => view.setDismissed(true)}>${text.later}</button>`
        }
      </div>
      ${renderMessage(view)}
    </form>
  `;
}

function renderWhyNot(view: CardView): TemplateResult {
  const text = CARD[view.language];
  return html`
    ${renderReason(text)} ${renderMessage(view)}
    <div class="buttons">
      <button type="button" @click=${() => view.setDismissed(true)}>${text.close}</button>
    </div>
  `;
}

const renderMessage = ({ language, message }: CardView): TemplateResult =>
  html`<p class="message" role="status">${message === undefined ? nothing : CARD[language][message]}</p>`;
