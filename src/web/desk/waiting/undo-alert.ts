import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { refusalOf } from '../../../alerts/life-cycle.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { KEYS } from '../keyboard/keys.ts';
import { everyTick } from '../ticker.ts';
import { fill } from '../words/words.ts';
import { mayWithdraw, takeStep } from './steps.ts';

const TICK_MS = 250;

/**
 * An alert that leaves within seconds, and the way back. What the server says is what is shown: nothing here sends or stops
 * by itself. Tells `look` every second, for the newest state; `stepped` as desk-waiting does; `undone` with the alert.
 */
class UndoAlert extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alert: { attribute: false },
    connected: { attribute: false },
    busy: { state: true },
    fault: { state: true },
    announced: { state: true },
  };
  declare desk: DeskShared;
  declare alert: EditorAlert;
  /** Whether the last look at the alert was answered. */
  declare connected: boolean;
  declare private busy: boolean;
  declare private fault: 'undoTooLate' | 'undoUnknown' | 'notAllowed' | undefined;
  /** Seconds left when it was announced: a screen reader hears them once, not each. */
  declare private announced: number;

  constructor() {
    super();
    everyTick(this, TICK_MS);
    everyTick(this, 1000, () => this.dispatchEvent(new CustomEvent('look')));
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('alert');
    if (changed.has('alert') && before?.sendAt !== this.alert.sendAt) this.announced = this.seconds;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.onKey);
  }

  private get seconds(): number {
    const { sendAt } = this.alert;
    if (sendAt === null) return 0;
    return Math.max(0, Math.ceil((Date.parse(sendAt) - this.desk.client.now()) / 1000));
  }

  private get isAllowed(): boolean {
    return refusalOf('cancel', this.alert, this.desk.editor) === undefined;
  }

  /** Escape undoes wherever the focus is: nothing is typed on this page, and a question of the page's takes it first. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    if (this.isAllowed) void this.take(this.wayBack);
  };

  /** Who approved it takes that back, and the alert waits again; who sent it gets the text back. */
  private get wayBack(): 'withdraw' | 'cancel' {
    return mayWithdraw(this.alert, this.desk.editor) ? 'withdraw' : 'cancel';
  }

  private async take(step: 'withdraw' | 'cancel' | 'submit'): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await takeStep(this.desk.client, this.alert.id, step);
    this.busy = false;
    if (answer.type === 'done') {
      const told = step === 'cancel' ? 'undone' : 'stepped';
      this.dispatchEvent(new CustomEvent<EditorAlert>(told, { detail: answer.body }));
      return;
    }
    const isLate = answer.type === 'refused' && answer.problem.code === 'wrong-status';
    this.fault = isLate ? 'undoTooLate' : answer.type === 'silent' ? 'undoUnknown' : 'notAllowed';
    this.dispatchEvent(new CustomEvent('look'));
  }

  override render(): TemplateResult {
    const { text, number } = this.desk.words;
    const { seconds } = this;
    const said = fill(text.undoSaid, { n: number(this.announced) });
    return html`
      <section class="undoing" aria-label=${text.notYetSent}>
        <p class="unseen" role="status">${said}</p>
        <p class="countdown" aria-hidden="true">
          ${seconds > 0 ? html`<span>${text.notYetSent}</span> <b>${number(seconds)}</b>` : text.undoSending}
        </p>
        ${this.connected ? nothing : html`<p class="fault">${text.undoLost}</p>`}
        ${this.isAllowed ? this.renderButtons() : nothing}
        <div role="alert">
          ${this.fault === undefined ? nothing : html`<p class="fault">${text[this.fault]}</p>`}
        </div>
      </section>
    `;
  }

  private renderButtons(): TemplateResult {
    const { text } = this.desk.words;
    return html`<div class="buttons">
      <button
        type="button"
        class="undo"
        data-key=${KEYS.undo}
        data-chord="Esc"
        aria-keyshortcuts="${KEYS.undo} Escape"
        ?disabled=${this.busy}
        @click=${() => void this.take(this.wayBack)}
      >
        ${text.undoNow}
      </button>
      <button type="button" ?disabled=${this.busy} @click=${() => void this.take('submit')}>
        ${text.sendNow}
      </button>
    </div>`;
  }
}

customElements.define('desk-undo', UndoAlert);
