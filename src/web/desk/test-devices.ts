import { html, nothing, type TemplateResult } from 'lit';
import { deviceHere } from '../subscription/test-device.ts';
import type { Answer } from './client.ts';
import type { DeskShared } from './desk-context.ts';
import { DeskElement } from './element.ts';
import { TEST_DEVICES } from './words/test-devices-words.ts';
import { refusalText } from './refusal-text.ts';
import { fill, isolate } from './words/words.ts';

type Outcome = keyof (typeof TEST_DEVICES)['en']['outcomes'];

interface Listed {
  readonly devices: readonly {
    readonly id: string;
    readonly name: string | null;
    readonly lastTest: { readonly at: string; readonly outcome: Outcome } | null;
  }[];
  readonly gone: readonly { readonly id: string; readonly name: string | null; readonly at: string }[];
}

/** The editor's own test devices: adds this browser, removes any, and shows what came of the last test on each. */
class TestDevicesSection extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    listed: { state: true },
    busy: { state: true },
    told: { state: true },
    fault: { state: true },
  };
  declare desk: DeskShared;
  declare private listed: Listed | undefined;
  declare private busy: boolean;
  /** What was done last. */
  declare private told: string;
  declare private fault: string;

  constructor() {
    super();
    this.busy = false;
    this.told = '';
    this.fault = '';
  }

  private get text(): (typeof TEST_DEVICES)['en'] {
    return TEST_DEVICES[this.desk.words.language];
  }

  override firstUpdated(): void {
    void this.look();
  }

  /** Asks the server again: after a test send, the desk calls it. */
  async look(): Promise<void> {
    this.take(await this.desk.client.call<Listed>('/v1/test-devices'), (listed) => {
      this.listed = listed;
    });
  }

  private take<T>(answer: Answer<T>, then: (body: T) => void): void {
    this.fault = '';
    if (answer.type === 'done') then(answer.body);
    else if (answer.problem === undefined) this.fault = this.text.noServer;
    else this.fault = refusalText('test-devices', answer.problem, this.desk.words);
  }

  /** One at a time. */
  private async act(action: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.told = '';
    await action().finally(() => (this.busy = false));
  }

  private readonly onAdd = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.act(async () => {
      const { client } = this.desk;
      const config = await client.call<{ vapidPublicKey: string }>('/v1/config');
      if (config.type !== 'done') return this.take(config, () => undefined);
      const here = await deviceHere(config.body.vapidPublicKey);
      if (here.type !== 'ready') {
        this.fault = this.text.cannot[here.type];
        return;
      }
      const input = this.querySelector<HTMLInputElement>('#device-name');
      const body = { name: input?.value.trim() || null, subscription: here.subscription };
      this.take(await client.call('/v1/test-devices', { method: 'POST', body }), () => {
        if (input !== null) input.value = '';
        this.told = this.text.added;
      });
      if (this.fault === '') await this.look();
    });
  };

  private readonly onRemove = (id: string): void => {
    void this.act(async () => {
      const path = `/v1/test-devices/${encodeURIComponent(id)}`;
      const answer = await this.desk.client.call(path, { method: 'DELETE' });
      this.take(answer, () => (this.told = this.text.removed));
      if (this.fault === '') await this.look();
      void this.focusOn('#device-name');
    });
  };

  override render(): TemplateResult {
    const { text, listed } = this;
    return html`
      <section class="sheet" aria-labelledby="devices-heading">
        <h1 id="devices-heading" tabindex="-1">${text.heading}</h1>
        <p class="quiet">${text.why}</p>
        ${listed === undefined ? nothing : this.renderList(listed)}
        <form novalidate @submit=${this.onAdd}>
          <div class="field">
            <label for="device-name">${text.name}</label>
            <input id="device-name" maxlength="60" dir="auto" aria-describedby="device-hint" />
            <p class="hint" id="device-hint">${text.nameHint}</p>
          </div>
          <div class="buttons">
            <button class="main" aria-disabled=${this.busy ? 'true' : 'false'}>${text.add}</button>
            <button type="button" @click=${() => void this.look()}>${text.refresh}</button>
          </div>
        </form>
        <p class="quiet" role="status">${this.told}</p>
        <div role="alert">${this.fault === '' ? nothing : html`<p class="note">${this.fault}</p>`}</div>
      </section>
    `;
  }

  private renderList({ devices, gone }: Listed): TemplateResult {
    const { text } = this;
    const { time } = this.desk.words;
    const named = (name: string | null): string => isolate(name ?? text.unnamed);
    return html`
      ${devices.length === 0 ? html`<p>${text.none}</p>` : nothing}
      <ul class="devices" role="list">
        ${devices.map(
          ({ id, name, lastTest }) =>
            html`<li>
              <strong>${named(name)}</strong>
              <span class="quiet">
                ${
                  lastTest === null
                    ? text.never
                    : fill(text.lastTest, {
                        outcome: text.outcomes[lastTest.outcome],
                        time: time(lastTest.at),
                      })
                }
              </span>
              <button
                type="button"
                aria-label=${fill(text.removeNamed, { name: named(name) })}
                @click=${() => this.onRemove(id)}
              >
                ${text.remove}
              </button>
            </li>`,
        )}
      </ul>
      ${gone.map(
        ({ name, at }) =>
          html`<p class="note">${fill(text.goneOne, { name: named(name), time: time(at) })}</p>`,
      )}
    `;
  }
}

customElements.define('desk-test-devices', TestDevicesSection);
