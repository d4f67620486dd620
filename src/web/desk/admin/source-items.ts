import { html, nothing, type TemplateResult } from 'lit';
import type { AlertStatus } from '../../../alerts/schema.ts';
import { AdminElement } from './admin-element.ts';
import { reasonText, type ItemReason } from './item-reason.ts';

/** As `GET /v1/sources/:id/items` gives it. */
interface Arrival {
  readonly at: string;
  readonly item: string | null;
  readonly headline: string | null;
  readonly action: 'created' | 'updated' | 'corrected' | 'retracted' | 'ignored' | 'refused';
  readonly alertId: string | null;
  readonly status: AlertStatus | null;
  readonly reason: string | null;
  readonly why: ItemReason | null;
}

/** What came from a source, once somebody opens it: when, what became of it, and why if nothing did. */
class SourceItems extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    sourceId: { attribute: false },
    items: { state: true },
  };
  declare sourceId: string;
  declare private items: readonly Arrival[] | undefined;

  override firstUpdated(): void {}

  protected override async load(): Promise<void> {
    const path = `/v1/sources/${encodeURIComponent(this.sourceId)}/items`;
    this.items = (await this.get<{ items: readonly Arrival[] }>(path))?.items;
  }

  override render(): TemplateResult {
    const { items } = this;
    const { admin } = this.desk.words.text;
    const onToggle = (event: Event): void => {
      if ((event.currentTarget as HTMLDetailsElement).open) void this.load();
    };
    return html`<details @toggle=${onToggle}>
      <summary>${admin.arrivals}</summary>
      ${this.renderMessage()}
      ${items?.length === 0 ? html`<p class="quiet">${admin.noArrivals}</p>` : nothing}
      <ol class="arrivals" role="list">
        ${items?.map((item) => this.renderOne(item))}
      </ol>
    </details>`;
  }

  private renderOne({ at, item, headline, action, alertId, reason, why }: Arrival): TemplateResult {
    const { text, time } = this.desk.words;
    const because = reasonText(reason, why, this.desk.words);
    const named = headline ?? item ?? text.admin.unreadable;
    const title = html`<bdi>${named}</bdi>`;
    return html`<li>
      <span class="tags">
        <b class="action ${action}">${text.admin.arrived[action]}</b>
        <time datetime=${at}>${time(at)}</time>
      </span>
      ${alertId === null ? title : html`<a href="#/${alertId}">${title}</a>`}
      ${because === null ? nothing : html`<span class="quiet"><bdi>${because}</bdi></span>`}
    </li>`;
  }
}

customElements.define('desk-source-items', SourceItems);
