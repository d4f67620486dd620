import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { DeskElement } from './element.ts';

/**
 * A modal question. The focus goes to the question itself, not to a button: a second Enter after the one that opened it must
 * not answer it. Fires `confirmed`, `declined` or `other`.
 */
class Confirm extends DeskElement {
  static override properties = {
    open: { attribute: false },
    heading: { attribute: false },
    content: { attribute: false },
    confirmLabel: { attribute: false },
    declineLabel: { attribute: false },
    otherLabel: { attribute: false },
    consent: { attribute: false },
    consented: { state: true },
  };
  declare open: boolean;
  declare heading: string;
  declare content: TemplateResult;
  declare confirmLabel: string;
  declare declineLabel: string;
  /** The label of a third answer, `other`. */
  declare otherLabel: string | undefined;
  /** The label of a box that must be ticked before the editor can confirm. */
  declare consent: string | undefined;
  declare private consented: boolean;

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('open') || changed.has('consent')) this.consented = this.consent === undefined;
  }

  override updated(): void {
    const dialog = this.querySelector('dialog');
    if (dialog === null || dialog.open === this.open) return;
    if (this.open) {
      dialog.showModal();
      this.querySelector('h2')?.focus();
    } else {
      dialog.close();
    }
  }

  private tell(answer: 'confirmed' | 'declined' | 'other'): void {
    this.dispatchEvent(new CustomEvent(answer));
  }

  private readonly onCancel = (event: Event): void => {
    event.preventDefault();
    this.tell('declined');
  };

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="confirm-heading" aria-describedby="confirm-content" @cancel=${this.onCancel}>
        <h2 id="confirm-heading" tabindex="-1">${this.heading}</h2>
        <div id="confirm-content">${this.content}</div>
        ${this.renderConsent()}
        <div class="buttons">
          <button
            type="button"
            class="main"
            ?disabled=${!this.consented}
            @click=${() => this.tell('confirmed')}
          >
            ${this.confirmLabel}
          </button>
          ${
            this.otherLabel === undefined
              ? nothing
              : html`<button type="button" @click=${() => this.tell('other')}>${this.otherLabel}</button>`
          }
          <button type="button" @click=${() => this.tell('declined')}>${this.declineLabel}</button>
        </div>
      </dialog>
    `;
  }

  private renderConsent(): TemplateResult | typeof nothing {
    if (this.consent === undefined) return nothing;
    const onChange = (event: Event): void => {
      this.consented = (event.target as HTMLInputElement).checked;
    };
    return html`<label class="consent">
      <input type="checkbox" .checked=${live(this.consented)} @change=${onChange} />
      <span>${this.consent}</span>
    </label>`;
  }
}

customElements.define('desk-confirm', Confirm);
