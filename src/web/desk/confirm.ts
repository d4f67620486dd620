import { html, type TemplateResult } from 'lit';
import { DeskElement } from './element.ts';

/**
 * A question in front of everything else. The focus goes to the question itself, not to a button: the Enter that opened
 * it, pressed twice, must not answer it. Tells `confirmed` or `declined`.
 */
class Confirm extends DeskElement {
  static override properties = {
    open: { attribute: false },
    heading: { attribute: false },
    content: { attribute: false },
    confirmLabel: { attribute: false },
    declineLabel: { attribute: false },
  };
  declare open: boolean;
  declare heading: string;
  declare content: TemplateResult;
  declare confirmLabel: string;
  declare declineLabel: string;

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

  private tell(answer: 'confirmed' | 'declined'): void {
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
        <div class="buttons">
          <button type="button" class="main" @click=${() => this.tell('confirmed')}>
            ${this.confirmLabel}
          </button>
          <button type="button" @click=${() => this.tell('declined')}>${this.declineLabel}</button>
        </div>
      </dialog>
    `;
  }
}

customElements.define('desk-confirm', Confirm);
