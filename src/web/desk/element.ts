import { LitElement } from 'lit';

/** Elements within elements, and one to spare. */
const MOST_NESTED = 4;

/** Renders into the page itself: one style sheet and one tree of labels and ids. */
export class DeskElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Puts the focus on the first element that matches, once it is there: elements inside us render after us. */
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
