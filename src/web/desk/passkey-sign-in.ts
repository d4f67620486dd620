import { html, nothing, type TemplateResult } from 'lit';
import type { DeskSession } from './answers.ts';
import type { Client } from './client.ts';
import { DeskElement } from './element.ts';
import { recallPasskey, signInWithPasskey } from './passkey-browser.ts';
import { passkeyFault } from './passkey-fault.ts';
import { PASSKEY_WORDS } from './words/passkeys-words.ts';
import type { Words } from './words/words.ts';

/** Signs in with a passkey of any editor: nobody types anything. Tells `opened` with the session. */
class PasskeySignIn extends DeskElement {
  static override properties = {
    words: { attribute: false },
    client: { attribute: false },
    fault: { state: true },
    busy: { state: true },
  };
  declare words: Words;
  declare client: Client;
  declare private fault: ((words: Words) => string) | undefined;
  declare private busy: boolean;

  constructor() {
    super();
    this.busy = false;
  }

  override firstUpdated(): void {
    // Enter is then all that an editor presses who signed in so before. Others come to the field of the key.
    if (recallPasskey() === 'used') void this.focusOn('button');
  }

  private readonly onClick = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.fault = undefined;
    const answer = await signInWithPasskey(this.client).finally(() => (this.busy = false));
    if (answer.type === 'done') {
      this.dispatchEvent(new CustomEvent<DeskSession>('opened', { detail: answer.body }));
      return;
    }
    this.fault = (words) => passkeyFault(answer, words);
    void this.focusOn('button');
  };

  override render(): TemplateResult {
    const text = PASSKEY_WORDS[this.words.language];
    return html`
      <button type="button" class="main" aria-disabled=${this.busy ? 'true' : 'false'} @click=${this.onClick}>
        ${text.signIn}
      </button>
      <div role="alert">
        ${this.fault === undefined ? nothing : html`<p class="fault">${this.fault(this.words)}</p>`}
      </div>
      <p class="or"><span>${text.or}</span></p>
    `;
  }
}

customElements.define('desk-passkey-sign-in', PasskeySignIn);
