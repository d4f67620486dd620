import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import type { Made } from './shown-key.ts';
import { readWebhook, renderWebhookFields, type Webhook } from './webhook-form.ts';
import './shown-key.ts';

interface Tested {
  readonly status: number | null;
  readonly ms: number;
  readonly reason: string | null;
}
type WithSecret = Webhook & { readonly secret?: string };

/** Which systems are told of alerts; each can be added, tried, changed, switched and deleted. */
class Webhooks extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    webhooks: { state: true },
    made: { state: true },
    added: { state: true },
  };
  declare private webhooks: readonly Webhook[] | undefined;
  /** A secret that can be read only now. */
  declare private made: Made | undefined;
  /** Counts what was added: each gets an empty form. */
  declare private added: number;

  constructor() {
    super();
    this.added = 0;
  }

  protected override async load(): Promise<void> {
    this.webhooks = (await this.get<{ webhooks: readonly Webhook[] }>('/v1/webhooks'))?.webhooks;
  }

  private async save(event: SubmitEvent, webhook: Webhook | undefined): Promise<void> {
    const body = readWebhook(event);
    const of = webhook?.id ?? '';
    if (body.events.length === 0) return this.refuse(of, { events: ({ text }) => text.admin.eventsMissing });
    const answer = await (webhook === undefined
      ? this.submit<WithSecret>(of, '/v1/webhooks', { method: 'POST', body })
      : this.submit<WithSecret>(of, `/v1/webhooks/${of}`, { method: 'PATCH', body }));
    if (answer.type !== 'done' || webhook !== undefined) return;
    this.added += 1;
    this.showSecret(answer.body);
  }

  private showSecret({ url, secret }: WithSecret): void {
    if (secret === undefined) return;
    this.made = { name: url, key: secret, isSecret: true };
    void this.focusOn('desk-shown-key h2');
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

  private askForSecret({ id, url }: Webhook): void {
    const { admin } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.newSecretAsk, { name: isolate(url) }),
      why: admin.newSecretWhy,
      yes: admin.newSecretYes,
      onYes: () => void this.replaceSecret(id),
    };
  }

  private async replaceSecret(id: string): Promise<void> {
    const options = { method: 'PATCH', body: { newSecret: true } } as const;
    const answer = await this.change<WithSecret>(`/v1/webhooks/${id}`, options);
    if (answer.type === 'done') this.showSecret(answer.body);
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
    const { words } = this.desk;
    const { admin } = words.text;
    return html`
      ${this.renderMessage()}
      <desk-shown-key
        .words=${words}
        .made=${this.made}
        @stored=${() => (this.made = undefined)}
      ></desk-shown-key>
      ${keyed(
        this.added,
        html`<form
          class="row stacked"
          aria-label=${admin.addWebhook}
          @submit=${(event: SubmitEvent) => void this.save(event, undefined)}
        >
          <h2>${admin.addWebhook}</h2>
          ${renderWebhookFields(undefined, words, (name) => this.faultIn('', name))}
          <button class="main">${admin.add}</button>
        </form>`,
      )}
      ${this.webhooks?.length === 0 ? html`<p class="quiet">${admin.noWebhooks}</p>` : nothing}
      ${this.webhooks?.map((webhook) => this.renderOne(webhook))}
    `;
  }

  private renderOne(webhook: Webhook): TemplateResult {
    const { words } = this.desk;
    const { admin } = words.text;
    const { id, url, description, enabled, endedBecause } = webhook;
    const toggle = (): void =>
      void this.change(`/v1/webhooks/${id}`, { method: 'PATCH', body: { enabled: !enabled } });
    return html`<section class="row" aria-label=${url} data-webhook=${id}>
      <h2><bdi dir="ltr">${url}</bdi></h2>
      <p>
        <b>${enabled ? admin.on : admin.off}</b>
        <span class="quiet">${description === null ? nothing : html`· <bdi>${description}</bdi>`}</span>
      </p>
      ${endedBecause === null ? nothing : html`<p class="fault">${fill(admin.endedBecause, { reason: isolate(endedBecause) })}</p>`}
      <div class="buttons">
        <button type="button" @click=${() => void this.test(webhook)}>${admin.test}</button>
        <button type="button" @click=${toggle}>${enabled ? admin.turnOff : admin.turnOn}</button>
        <button type="button" @click=${() => this.askForSecret(webhook)}>${admin.newSecret}</button>
        <button type="button" class="danger" @click=${() => this.askToRemove(webhook)}>
          ${admin.remove}
        </button>
      </div>
      <details>
        <summary>${admin.change}</summary>
        <form @submit=${(event: SubmitEvent) => void this.save(event, webhook)}>
          ${renderWebhookFields(webhook, words, (name) => this.faultIn(id, name))}
          <button>${admin.save}</button>
        </form>
      </details>
    </section>`;
  }
}

customElements.define('desk-webhooks', Webhooks);
