import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from './desk-context.ts';
import { DeskElement } from './element.ts';
import { addPasskey, canUsePasskeys, recallPasskey, rememberPasskey, systemName } from './passkey-browser.ts';
import { passkeyFault } from './passkey-fault.ts';
import { PASSKEY_WORDS } from './words/passkeys-words.ts';
import type { Words } from './words/words.ts';

/** Offers a passkey to an editor who has just typed a key, once for each browser. Tells `over` when that is settled. */
class PasskeyOffer extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    fault: { state: true },
    busy: { state: true },
    isMade: { state: true },
  };
  declare desk: DeskShared;
  declare private fault: ((words: Words) => string) | undefined;
  declare private busy: boolean;
  declare private isMade: boolean;

  constructor() {
    super();
    this.busy = false;
    this.isMade = false;
  }

  private readonly onMake = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.fault = undefined;
    const name = systemName() || PASSKEY_WORDS[this.desk.words.language].thisDevice;
    const answer = await addPasskey(this.desk.client, name).finally(() => (this.busy = false));
    if (answer.type === 'done') this.isMade = true;
    else this.fault = (words) => passkeyFault(answer, words);
  };

  private readonly onNotNow = (): void => {
    rememberPasskey('not-now');
    this.dispatchEvent(new CustomEvent('over'));
  };

  override render(): TemplateResult | typeof nothing {
    const text = PASSKEY_WORDS[this.desk.words.language];
    if (this.isMade) return html`<p class="notice" role="status">${text.added}</p>`;
    if (!canUsePasskeys(this.desk.config.publicUrl) || recallPasskey() !== undefined) return nothing;
    return html`<section class="notice" aria-labelledby="offer-heading">
      <h2 id="offer-heading">${text.offer}</h2>
      <p>${text.offerWhy}</p>
      <div role="alert">
        ${this.fault === undefined ? nothing : html`<p class="fault">${this.fault(this.desk.words)}</p>`}
      </div>
      <div class="buttons">
        <button type="button" aria-disabled=${this.busy ? 'true' : 'false'} @click=${this.onMake}>
          ${text.offerYes}
        </button>
        <button type="button" class="plain" @click=${this.onNotNow}>${text.notNow}</button>
      </div>
    </section>`;
  }
}

customElements.define('desk-passkey-offer', PasskeyOffer);
