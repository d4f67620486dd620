import { html, nothing, type TemplateResult } from 'lit';
import { renderPasskeys, type Passkey } from '../passkey-list.ts';
import { PASSKEY_WORDS } from '../words/passkeys-words.ts';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';

/** The passkeys of one editor, once an admin opens them: to remove that of a lost device. */
class EditorPasskeys extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    editorId: { attribute: false },
    name: { attribute: false },
    passkeys: { state: true },
  };
  declare editorId: string;
  /** The editor's. */
  declare name: string;
  declare private passkeys: readonly Passkey[] | undefined;

  /** Of fifty editors an admin looks at one. */
  override firstUpdated(): void {}

  private get path(): string {
    return `/v1/editors/${encodeURIComponent(this.editorId)}/passkeys`;
  }

  protected override async load(): Promise<void> {
    this.passkeys = (await this.get<{ passkeys: readonly Passkey[] }>(this.path))?.passkeys;
  }

  private askToRemove(passkey: Passkey): void {
    const text = PASSKEY_WORDS[this.desk.words.language];
    const remove = async (): Promise<void> => {
      const path = `${this.path}/${encodeURIComponent(passkey.id)}`;
      await this.change(path, { method: 'DELETE' }, ({ language }) => PASSKEY_WORDS[language].removed);
      void this.focusOn('summary');
    };
    this.asked = {
      heading: fill(text.removeOfAsk, { name: isolate(passkey.name), editor: isolate(this.name) }),
      why: text.removeOfWhy,
      yes: text.removeYes,
      onYes: () => void remove(),
    };
  }

  override render(): TemplateResult {
    const { passkeys, name } = this;
    const { words } = this.desk;
    const text = PASSKEY_WORDS[words.language];
    const onToggle = (event: Event): void => {
      if ((event.currentTarget as HTMLDetailsElement).open) void this.load();
    };
    return html`<details @toggle=${onToggle}>
      <summary aria-label=${fill(text.passkeysOf, { name: isolate(name) })}>${text.passkeys}</summary>
      ${this.renderMessage()} ${passkeys?.length === 0 ? html`<p class="quiet">${text.noneOf}</p>` : nothing}
      ${passkeys === undefined ? nothing : renderPasskeys(passkeys, words, (passkey) => this.askToRemove(passkey))}
    </details>`;
  }
}

customElements.define('desk-editor-passkeys', EditorPasskeys);
