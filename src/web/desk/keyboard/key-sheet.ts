import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { DeskElement } from '../element.ts';
import type { Words } from '../words/words.ts';
import { KEYS } from './keys.ts';
import { areSingleKeysOn, setSingleKeys } from './shortcuts.ts';

/** All shortcuts, and the switch of the single letters. Tells `closed`. */
class KeySheet extends DeskElement {
  static override properties = { open: { attribute: false }, words: { attribute: false } };
  declare open: boolean;
  declare words: Words;

  override updated(): void {
    const dialog = this.querySelector('dialog');
    if (dialog === null || dialog.open === this.open) return;
    if (this.open) {
      dialog.showModal();
      this.querySelector('h2')?.focus();
    } else dialog.close();
  }

  private readonly close = (event: Event): void => {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('closed'));
  };

  private readonly onSwitch = (event: Event): void => {
    setSingleKeys((event.target as HTMLInputElement).checked);
    this.requestUpdate();
  };

  override render(): TemplateResult {
    const { finding } = this.words.text;
    return html`<dialog class="key-sheet" aria-labelledby="keys-heading" @cancel=${this.close}>
      <h2 id="keys-heading" tabindex="-1">${finding.keys}</h2>
      <p class="quiet">${finding.keysHow}</p>
      <dl>
        ${rows(this.words).map(
          ([key, does]) =>
            html`<div>
              <dt><kbd dir="ltr">${key}</kbd></dt>
              <dd>${does}</dd>
            </div>`,
        )}
      </dl>
      <label class="consent">
        <input type="checkbox" .checked=${live(areSingleKeysOn())} @change=${this.onSwitch} />
        <span>${finding.keysOn}</span>
      </label>
      <div class="buttons"><button type="button" @click=${this.close}>${finding.close}</button></div>
    </dialog>`;
  }
}

/** In the order of an editor's work. */
function rows({ text }: Words): readonly (readonly [key: string, does: string])[] {
  const { key } = text.finding;
  return [
    [KEYS.write, key.write],
    ['Ctrl ↵', key.review],
    ['Ctrl S', key.draft],
    [KEYS.undo, key.undo],
    [KEYS.approve, key.approve],
    [KEYS.bypass, key.bypass],
    [KEYS.reject, key.reject],
    [KEYS.edit, key.edit],
    [KEYS.submit, key.submit],
    [KEYS.schedule, key.schedule],
    [KEYS.withdraw, key.withdraw],
    [KEYS.cancel, key.cancel],
    [KEYS.update, key.update],
    [KEYS.correction, key.correction],
    [KEYS.retraction, key.retraction],
    [KEYS.abort, key.abort],
    [KEYS.back, key.back],
    [`${KEYS.recent} – ${KEYS.drafts}`, key.lists],
    [KEYS.next, key.next],
    [KEYS.previous, key.previous],
    [KEYS.history, key.history],
    [KEYS.stories, key.stories],
    [KEYS.goal, key.goal],
    [KEYS.health, key.health],
    [KEYS.admin, key.admin],
    [KEYS.language, key.language],
    [KEYS.sheet, key.sheet],
  ];
}

customElements.define('desk-keys', KeySheet);
