import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from './desk-context.ts';
import { DeskElement } from './element.ts';
import { KEYS } from './keyboard/keys.ts';
import { TEST_DEVICES } from './words/test-devices-words.ts';
import { refusalText } from './refusal-text.ts';
import { fill } from './words/words.ts';

/** Sends the alert's newest version to the editor's own test devices, where it cannot be taken for real. */
class TestSend extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alertId: { attribute: false },
    busy: { state: true },
    told: { state: true },
  };
  declare desk: DeskShared;
  declare alertId: string;
  declare private busy: boolean;
  /** How the last test went: how many devices it goes to, or why it did not. */
  declare private told: { readonly text: string; readonly needsDevice: boolean } | undefined;

  constructor() {
    super();
    this.busy = false;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('alertId')) this.told = undefined;
  }

  private readonly onTest = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    const text = TEST_DEVICES[this.desk.words.language];
    const path = `/v1/alerts/${this.alertId}/test`;
    const answer = await this.desk.client.call<{ devices: number }>(path, { method: 'POST' });
    this.busy = false;
    if (answer.type === 'done') {
      const devices = this.desk.words.plural(answer.body.devices, text.testDevices);
      this.told = { text: fill(text.testSent, { devices }), needsDevice: false };
      return;
    }
    const needsDevice = answer.problem?.code === 'no-test-device';
    this.told = {
      text: needsDevice
        ? text.none
        : answer.problem === undefined
          ? text.noServer
          : refusalText('test', answer.problem, this.desk.words),
      needsDevice,
    };
  };

  override render(): TemplateResult {
    const { told } = this;
    const { text } = this.desk.words;
    return html`<p class="test-send">
      <button
        type="button"
        data-key=${KEYS.test}
        aria-keyshortcuts=${KEYS.test}
        aria-disabled=${this.busy ? 'true' : 'false'}
        @click=${this.onTest}
      >
        ${text.finding.key.test}
      </button>
      <span role="status">
        ${told?.text ?? nothing}
        ${told?.needsDevice ? html`<a href="#/devices">${text.finding.key.devices}</a>` : nothing}
      </span>
    </p>`;
  }
}

customElements.define('desk-test-send', TestSend);
