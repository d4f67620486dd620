import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { AlertPage } from './answers.ts';
import { DeskElement } from './element.ts';
import { lookAgain } from './look-again.ts';
import type { DeskShared } from './desk-context.ts';

const PAGE = 12;
/** Often enough that no colleague writes an alert that was just sent. */
const LOOK_MS = 5000;

/** The newest alerts of the whole newsroom, each with a link to its report. */
class Recent extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    openId: { attribute: false },
    changes: { attribute: false },
    alerts: { state: true },
    next: { state: true },
  };
  declare desk: DeskShared;
  declare openId: string | undefined;
  declare changes: number;
  declare private alerts: readonly EditorAlert[] | undefined;
  declare private next: string | null;
  private stopLooking: (() => void) | undefined;
  private asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopLooking = lookAgain(() => void this.refresh(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopLooking?.();
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('changes')) void this.refresh();
  }

  private async refresh(): Promise<void> {
    const mine = ++this.asked;
    const limit = Math.min(100, Math.max(PAGE, this.alerts?.length ?? 0));
    const answer = await this.desk.client.call<AlertPage>(`/v1/alerts?limit=${limit}`);
    if (answer.type !== 'done' || mine !== this.asked) return;
    this.alerts = answer.body.alerts;
    this.next = answer.body.next;
  }

  private readonly more = async (): Promise<void> => {
    const mine = ++this.asked;
    const answer = await this.desk.client.call<AlertPage>(`/v1/alerts?limit=${PAGE}&before=${this.next}`);
    if (answer.type !== 'done' || mine !== this.asked) return;
    this.alerts = [...(this.alerts ?? []), ...answer.body.alerts];
    this.next = answer.body.next;
  };

  override render(): TemplateResult {
    const { text } = this.desk.words;
    return html`
      <nav class="recent" aria-labelledby="recent-heading">
        <h2 id="recent-heading">${text.recent}</h2>
        ${this.alerts?.length === 0 ? html`<p class="quiet">${text.none}</p>` : nothing}
        <ol>
          ${this.alerts?.map((alert) => this.renderOne(alert))}
        </ol>
        ${this.next ? html`<button type="button" @click=${this.more}>${text.older}</button>` : nothing}
      </nav>
    `;
  }

  private renderOne(alert: EditorAlert): TemplateResult {
    const { text, time } = this.desk.words;
    return html`<li>
      <a href="#/${alert.id}" aria-current=${alert.id === this.openId ? 'page' : 'false'}>
        <span class="headline" lang=${alert.lang} dir=${alert.dir}>${alert.headline}</span>
        <span class="tags">
          <span class="status ${alert.status}">${text.status[alert.status] ?? alert.status}</span>
          ${alert.change === 'new' ? nothing : html`<span class="change">${text[alert.change]}</span>`}
          <time datetime=${alert.createdAt}>${time(alert.createdAt)}</time>
        </span>
      </a>
    </li>`;
  }
}

customElements.define('desk-recent', Recent);
