import { html, nothing, type TemplateResult } from 'lit';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import { CARD, type CardWords } from '../../words/reader-words.ts';
import type { Preferences } from '../subscription/preferences.ts';
import { describeChoice, renderChoices, renderRest } from './choices/choices-form.ts';
import { zoneName } from './choices/names.ts';
import type { Offer } from './fewer/offers.ts';
import { renderFewer } from './fewer/render-fewer.ts';
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
  /** The device's time zone, if the reader has travelled. */
  readonly elsewhere: string | undefined;
  /** The reader came from a notification to get fewer of its kind. */
  readonly offers: readonly Offer[] | undefined;
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly onChange: (event: Event) => void;
  readonly onFollow: () => void;
  readonly onTake: (offer: Offer) => void;
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
      ${on && view.offers !== undefined ? renderFewer(view.offers, { language, onTake: view.onTake, onStop: view.onTurnOff }) : nothing}
      ${on ? renderTravel(view) : nothing}
      <details ?open=${matchMedia(ROOMY).matches}>
        <summary>
          <span>${text.choices}</span>
          <span class="chosen">${describeChoice(choice, config, language)}</span>
        </summary>
        ${renderChoices(choice, config, language)} ${on ? renderRest(choice, language) : nothing}
      </details>
      <div class="buttons">
        ${
          on
            ? html`<button type="button" class="off" aria-disabled=${busy} @click=${view.onTurnOff}>
                ${text.turnOff}
              </button>`
            : html`<button class="main" aria-disabled=${busy}>${text.yes}</button>
                <button type="button" @click=${() => view.setDismissed(true)}>${text.later}</button>`
        }
      </div>
      ${on ? html`<p class="hint">${text.turnOffMore}</p>` : nothing} ${renderMessage(view)}
    </form>
    ${on ? html`<ajil-followed .language=${language}></ajil-followed>` : nothing}
  `;
}

/** Hours and days go by another clock than the device's: the reader says whether they follow it. */
function renderTravel({ language, elsewhere, onFollow }: CardView): TemplateResult | typeof nothing {
  if (elsewhere === undefined) return nothing;
  const text = CARD[language];
  return html`
    <p class="travel">
      ${text.travelled} ${zoneName(elsewhere, language)}.
      <button type="button" @click=${onFollow}>${text.follow}</button>
    </p>
  `;
}

function renderWhyNot(view: CardView): TemplateResult {
  const text = CARD[view.language];
  return html`
    ${renderReason(view.language)} ${renderMessage(view)}
    <div class="buttons">
      <button type="button" @click=${() => view.setDismissed(true)}>${text.close}</button>
    </div>
  `;
}

const renderMessage = ({ language, message }: CardView): TemplateResult =>
  html`<p class="message" role="status">${message === undefined ? nothing : CARD[language][message]}</p>`;
