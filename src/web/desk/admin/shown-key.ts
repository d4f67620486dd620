import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { DeskElement } from '../element.ts';
import { fill, isolate, type Words } from '../words/words.ts';

/** What can be read this once. */
export interface Made {
  readonly name: string;
  readonly key: string;
  /** Shared with another system, not the key of a person. */
  readonly isSecret?: boolean;
}

/** A key that can be read this once: it stays until whoever made it says that it is stored. Tells `stored`. */
class ShownKey extends DeskElement {
  static override properties = {
    words: { attribute: false },
    made: { attribute: false },
    copied: { state: true },
  };
  declare words: Words;
  declare made: Made | undefined;
  declare private copied: boolean;

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('made')) this.copied = false;
  }

  private readonly copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.made?.key ?? '');
      this.copied = true;
    } catch {
      // The browser does not allow it: the field is selected, so that the keyboard's own copy works.
      this.querySelector('input')?.select();
    }
  };

  override render(): TemplateResult | typeof nothing {
    const { made } = this;
    const { admin } = this.words.text;
    if (made === undefined) return nothing;
    const said = made.isSecret === true ? admin.shownSecret : admin.shownKey;
    return html`<section class="notice key" aria-labelledby="key-heading">
      <h2 id="key-heading" tabindex="-1">${fill(said.heading, { name: isolate(made.name) })}</h2>
      <p>${said.once}</p>
      <input readonly dir="ltr" aria-labelledby="key-heading" .value=${made.key} />
      <div class="buttons">
        <button type="button" @click=${this.copy}>${said.copy}</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('stored'))}>
          ${admin.keyStored}
        </button>
        <span role="status">${this.copied ? admin.copied : nothing}</span>
      </div>
    </section>`;
  }
}

customElements.define('desk-shown-key', ShownKey);
