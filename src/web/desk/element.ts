import { LitElement } from 'lit';

/** Renders into the page itself: one style sheet and one tree of labels and ids. */
export class DeskElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Puts the focus on the first element that matches, once it is there. */
  protected async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}
