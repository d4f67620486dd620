import { html, nothing, type TemplateResult } from 'lit';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';

/** As `GET /v1/webhooks` gives it. */
interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly endedBecause: string | null;
}
interface Tested {
  readonly status: number | null;
  readonly ms: number;
  readonly reason: string | null;
}

/** Which systems are told of alerts; each can be tried, switched and deleted. */
class Webhooks extends AdminElement {
  static override properties = { ...AdminElement.properties, webhooks: { state: true } };
  declare private webhooks: readonly Webhook[] | undefined;

  protected override async load(): Promise<void> {
    this.webhooks = (await this.get<{ webhooks: readonly Webhook[] }>('/v1/webhooks'))?.webhooks;
  }

  private async test({ id }: Webhook): Promise<void> {
    const answer = await this.change<Tested>(`/v1/webhooks/${id}/test`, { method: 'POST' });
    if (answer.type !== 'done') return;
    const { status, ms, reason } = answer.body;
    const isGood = status !== null && status < 300;
    this.say(
      ({ text, duration }) =>
        isGood
          ? fill(text.admin.tested, { status: String(status), time: duration(ms) })
          : fill(text.admin.testFailed, { reason: isolate(reason ?? String(status)) }),
      !isGood,
    );
  }

  private askToRemove({ id, url }: Webhook): void {
    const { admin } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.removeAsk, { name: isolate(url) }),
      why: '',
      yes: admin.removeYes,
      onYes: () => void this.change(`/v1/webhooks/${id}`, { method: 'DELETE' }),
    };
  }

  override render(): TemplateResult {
    const { admin } = this.desk.words.text;
    return html`
      ${this.renderMessage()}
      ${this.webhooks?.length === 0 ? html`<p class="quiet">${admin.noWebhooks}</p>` : nothing}
      ${this.webhooks?.map((webhook) => this.renderOne(webhook))}
    `;
  }

  private renderOne(webhook: Webhook): TemplateResult {
    const { admin } = this.desk.words.text;
    const { id, url, events, enabled, endedBecause } = webhook;
    const toggle = (): void =>
      void this.change(`/v1/webhooks/${id}`, { method: 'PATCH', body: { enabled: !enabled } });
    return html`<section class="row" aria-label=${url} data-webhook=${id}>
      <h2><bdi dir="ltr">${url}</bdi></h2>
      <p>
        <b>${enabled ? admin.on : admin.off}</b>
        <span class="quiet">${admin.events}: <bdi dir="ltr">${events.join(', ')}</bdi></span>
      </p>
      ${endedBecause === null ? nothing : html`<p class="fault">${fill(admin.endedBecause, { reason: isolate(endedBecause) })}</p>`}
      <div class="buttons">
        <button type="button" @click=${() => void this.test(webhook)}>${admin.test}</button>
        <button type="button" @click=${toggle}>${enabled ? admin.turnOff : admin.turnOn}</button>
        <button type="button" class="danger" @click=${() => this.askToRemove(webhook)}>
          ${admin.remove}
        </button>
      </div>
    </section>`;
  }
}

customElements.define('desk-webhooks', Webhooks);
