import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { reasonText, renderDetail } from './outlet-because.ts';
import type { Because } from './outlet.ts';

/** As `GET /v1/outlets/:id/attempts` gives it. */
interface Attempt extends Because {
  readonly at: string;
  readonly eventId: string;
  readonly headline: string | null;
  readonly outcome: 'told' | 'again' | 'over';
}

/** What was tried with an outlet, once somebody opens it; what was not posted can be tried again. */
class OutletAttempts extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    outletId: { attribute: false },
    attempts: { state: true },
  };
  declare outletId: string;
  declare private attempts: readonly Attempt[] | undefined;

  override firstUpdated(): void {}

  protected override async load(): Promise<void> {
    const path = `/v1/outlets/${this.outletId}/attempts`;
    this.attempts = (await this.get<{ attempts: readonly Attempt[] }>(path))?.attempts;
  }

  private async tryAgain({ eventId }: Attempt): Promise<void> {
    const options = { method: 'POST', body: { eventId } } as const;
    await this.change(`/v1/outlets/${this.outletId}/replay`, options, ({ text }) => text.outlets.askedAgain);
  }

  override render(): TemplateResult {
    const { attempts } = this;
    const { outlets } = this.desk.words.text;
    const onToggle = (event: Event): void => {
      if ((event.currentTarget as HTMLDetailsElement).open) void this.load();
    };
    return html`<details @toggle=${onToggle}>
      <summary>${outlets.attempts}</summary>
      ${this.renderMessage()}
      ${attempts?.length === 0 ? html`<p class="quiet">${outlets.noAttempts}</p>` : nothing}
      <ol class="arrivals" role="list">
        ${attempts?.map((attempt) => this.renderOne(attempt))}
      </ol>
    </details>`;
  }

  private renderOne(attempt: Attempt): TemplateResult {
    const { words } = this.desk;
    const { outlets } = words.text;
    const { at, eventId, headline, outcome, reason } = attempt;
    const [alertId = '', version = ''] = eventId.split('-');
    const named = fill(outlets.version, { n: version });
    return html`<li>
      <span class="tags">
        <b class="action ${outcome === 'told' ? 'told' : 'refused'}">${outlets.outcomes[outcome]}</b>
        <span>${named}</span>
        <time datetime=${at}>${words.time(at)}</time>
      </span>
      <a href="#/${alertId}"><bdi>${headline ?? alertId}</bdi></a>
      ${reason === null ? nothing : html`<span>${reasonText(attempt, words)}</span>`}
      ${renderDetail(attempt, words)}
      ${
        outcome === 'told'
          ? nothing
          : html`<button
              type="button"
              aria-label="${outlets.again}: ${headline ?? alertId}, ${named}"
              @click=${() => void this.tryAgain(attempt)}
            >
              ${outlets.again}
            </button>`
      }
    </li>`;
  }
}

customElements.define('desk-outlet-attempts', OutletAttempts);
