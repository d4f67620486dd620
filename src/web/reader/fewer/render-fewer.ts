import { html, type TemplateResult } from 'lit';
import type { Language } from '../../../words/language.ts';
import { CARD } from '../../../words/reader-words.ts';
import type { Offer } from './offers.ts';

/** What a reader can do at once who wants fewer notifications. Each button is pressed or not, as what it does is in force or not. */
export function renderFewer(
  offers: readonly Offer[],
  view: {
    readonly language: Language;
    readonly onTake: (offer: Offer) => void;
    readonly onStop: () => void;
  },
): TemplateResult {
  const text = CARD[view.language];
  const nameOf = ({ type, topic }: Offer): string => {
    if (type === 'quiet') return text.fewerQuiet;
    if (type === 'flash') return text.fewerFlash;
    return `${text.fewerTopic} ${topic?.names[view.language] ?? topic?.id ?? ''}`;
  };
  return html`
    <section class="fewer" aria-labelledby="fewer-title">
      <h3 id="fewer-title" tabindex="-1">${text.fewer}</h3>
      <p class="hint">${text.fewerMore}</p>
      ${offers.map(
        (offer) => html`
          <button type="button" aria-pressed=${offer.inForce} @click=${() => view.onTake(offer)}>
            ${nameOf(offer)}
          </button>
        `,
      )}
      <button type="button" class="stop" @click=${view.onStop}>${text.turnOff}</button>
    </section>
  `;
}
