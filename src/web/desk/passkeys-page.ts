import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { AdminElement } from './admin/admin-element.ts';
import { addPasskey, canUsePasskeys, systemName } from './passkey-browser.ts';
import { passkeyFault } from './passkey-fault.ts';
import { renderPasskeys, type Passkey } from './passkey-list.ts';
import { PASSKEY_WORDS, type PasskeyWords } from './words/passkeys-words.ts';
import { fill, isolate } from './words/words.ts';

/** An editor's own passkeys: makes one on this device, and removes any. */
class PasskeysPage extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    passkeys: { state: true },
    busy: { state: true },
  };
  declare private passkeys: readonly Passkey[] | undefined;
  declare private busy: boolean;

  constructor() {
    super();
    this.busy = false;
  }

  private get text(): PasskeyWords {
    return PASSKEY_WORDS[this.desk.words.language];
  }

  override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    void this.focusOn('h1');
  }

  protected override async load(): Promise<void> {
    this.passkeys = (await this.get<{ passkeys: readonly Passkey[] }>('/v1/passkeys'))?.passkeys;
  }

  private readonly onAdd = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const input = this.querySelector<HTMLInputElement>('#passkey-name');
    const name = input?.value.trim() ?? '';
    if (name === '') {
      this.say(({ language }) => PASSKEY_WORDS[language].nameMissing, true);
      void this.focusOn('#passkey-name');
      return;
    }
    this.busy = true;
    const answer = await addPasskey(this.desk.client, name).finally(() => (this.busy = false));
    if (answer.type !== 'done') {
      this.say((words) => passkeyFault(answer, words), true);
      return;
    }
    this.say(({ language }) => PASSKEY_WORDS[language].added, false);
    await this.load();
  };

  private askToRemove({ id, name }: Passkey): void {
    const { text } = this;
    const remove = async (): Promise<void> => {
      const path = `/v1/passkeys/${encodeURIComponent(id)}`;
      await this.change(path, { method: 'DELETE' }, ({ language }) => PASSKEY_WORDS[language].removed);
      void this.focusOn('h1');
    };
    this.asked = {
      heading: fill(text.removeAsk, { name: isolate(name) }),
      why: text.removeWhy,
      yes: text.removeYes,
      onYes: () => void remove(),
    };
  }

  override render(): TemplateResult {
    const { text } = this;
    return html`<section class="sheet" aria-labelledby="passkeys-heading">
      <h1 id="passkeys-heading" tabindex="-1">${text.heading}</h1>
      <p class="quiet">${text.why}</p>
      ${this.renderMessage()} ${this.passkeys?.length === 0 ? html`<p>${text.none}</p>` : nothing}
      ${renderPasskeys(this.passkeys ?? [], this.desk.words, (passkey) => this.askToRemove(passkey))}
      ${this.renderForm()}
    </section>`;
  }

  private renderForm(): TemplateResult {
    const { text } = this;
    const { publicUrl } = this.desk.config;
    if (!canUsePasskeys(publicUrl)) {
      return html`<p class="notice">${fill(text.cannot, { url: isolate(`${publicUrl}/desk`) })}</p>`;
    }
    return html`<form novalidate @submit=${this.onAdd}>
      <div class="field">
        <label for="passkey-name">${text.name}</label>
        <input
          id="passkey-name"
          maxlength="60"
          dir="auto"
          .value=${systemName()}
          aria-describedby="passkey-hint"
        />
        <p class="hint" id="passkey-hint">${text.nameHint}</p>
      </div>
      <div class="buttons">
        <button class="main" aria-disabled=${this.busy ? 'true' : 'false'}>${text.add}</button>
      </div>
    </form>`;
  }
}

customElements.define('desk-passkeys', PasskeysPage);
