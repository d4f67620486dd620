import { LitElement } from 'lit';

/** The depth of nested elements, and one more. */
const MOST_NESTED = 4;

/** Renders into the document, so that all parts share the style sheet, labels and ids. */
export class DeskElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Moves the focus to the first matching element once it exists: nested elements render after this one. */
  protected async focusOn(selector: string): Promise<void> {
    for (let step = 0; step < MOST_NESTED; step += 1) {
      await this.updateComplete;
      const found = this.querySelector<HTMLElement>(selector);
      if (found !== null) {
        found.focus();
        return;
      }
      await new Promise((rendered) => setTimeout(rendered));
    }
  }
}
